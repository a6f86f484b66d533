# Is the user real? What a person drew, beside what simulated users draw on the same slices.


rule imitate_person:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        mask=mask_of,
        annotation=f"{ANNOTATION}.json",
        drawing=f"{ANNOTATION}.tif",
    output:
        strokes=f"{RESULTS}/parts/strokes/{{dataset}}/{{filter}}/{{variant}}/{{user}}.csv",
        shown=f"{RESULTS}/parts/strokes/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tif",
    log:
        f"{RESULTS}/logs/imitate_person/{{dataset}}/{{filter}}/{{variant}}/{{user}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/imitate_person/{{dataset}}/{{filter}}/{{variant}}/{{user}}.tsv"
    wildcard_constraints:
        user="|".join(RECORDED),
    group:
        submission("{dataset}.{filter}.{user}")
    conda:
        "../../envs/manyeyes.yaml"
    threads: 1
    resources:
        mem_mb=of_dataset(AT_LEAST_MB + 40, 100),
        runtime=minutes(30),
        disk_mb=volumes(2),
    params:
        code=code_of("imitate_person.py", modules=["manyeyes.methods.drawn_forest"]),
        users=STUDY.imitators,
        forest=lambda wildcards: STUDY.variants[wildcards.variant]["forest"],
        population=STUDY.population,
        seed=STUDY.seed,
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
    script:
        "../scripts/imitate_person.py"


rule compare_strokes:
    input:
        [f"{imitation_of(cell)}.csv" for cell in STUDY.imitated()],
    output:
        strokes=f"{TABLES}/strokes.csv",
        comparison=f"{TABLES}/stroke_comparison.csv",
        text=f"{TABLES}/stroke_comparison.md",
    log:
        f"{RESULTS}/logs/compare_strokes.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_strokes.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("compare_strokes.py"),
    script:
        "../scripts/compare_strokes.py"
