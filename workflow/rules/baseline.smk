# The FIB-SEM baseline: a block of the same electrode at high contrast, segmented plainly.


rule rasterise_baseline:
    output:
        truth=f"{RESULTS}/baseline/truth.tif",
    log:
        f"{RESULTS}/logs/rasterise_baseline.log",
    benchmark:
        f"{RESULTS}/benchmarks/rasterise_baseline.tsv"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=3000,
    params:
        code=code_of("rasterise_baseline.py"),
        block=BASELINE["block"],
        description=STUDY.electrodes.get(BASELINE["block"].get("electrode")),
        seed=STUDY.seed,
    script:
        "../scripts/rasterise_baseline.py"


rule image_baseline:
    input:
        truth=f"{RESULTS}/baseline/truth.tif",
    output:
        image=f"{RESULTS}/baseline/image.tif",
    log:
        f"{RESULTS}/logs/image_baseline.log",
    benchmark:
        f"{RESULTS}/benchmarks/image_baseline.tsv"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=3000,
    params:
        code=code_of("image_baseline.py"),
        imaging=BASELINE["block"].get("imaging"),
        voxel_size_nm=BASELINE["block"].get("voxel_size_nm"),
        seed=STUDY.seed,
    script:
        "../scripts/image_baseline.py"


rule segment_baseline:
    input:
        image=f"{RESULTS}/baseline/image.tif",
        truth=f"{RESULTS}/baseline/truth.tif",
    output:
        segmentation=f"{RESULTS}/baseline/segmentation.tif",
        block=f"{RESULTS}/baseline/block.csv",
    log:
        f"{RESULTS}/logs/segment_baseline.log",
    benchmark:
        f"{RESULTS}/benchmarks/segment_baseline.tsv"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=3000,
    params:
        code=code_of("segment_baseline.py"),
        voxel_size_nm=BASELINE["block"].get("voxel_size_nm"),
    script:
        "../scripts/segment_baseline.py"
