# Which trait of the users drives the spread. One job for all runs of a variant on an image; indices,
# table and words are made of the runs, so that another look at them segments nothing again.


rule explore_traits:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        mask=mask_of,
    output:
        f"{RESULTS}/parts/sensitivity_runs/{{dataset}}/{{filter}}/{{variant}}.csv",
    log:
        f"{RESULTS}/logs/explore_traits/{{dataset}}/{{filter}}/{{variant}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/explore_traits/{{dataset}}/{{filter}}/{{variant}}.tsv"
    wildcard_constraints:
        variant="|".join(STUDY.sensitivity.base_runs),
    group:
        submission("{dataset}.{filter}.{variant}")
    conda:
        "../../envs/manyeyes.yaml"
    threads: 1
    resources:
        mem_mb=of_dataset(AT_LEAST_MB + 40, 100),
        # Thousands of people: of the default study's variants, MLX10 took longest, 10 minutes.
        runtime=more_each_time(90),
        disk_mb=volumes(1),
    params:
        code=lambda wildcards: code_of("explore_traits.py", [wildcards.variant]),
        variant=lambda wildcards: STUDY.variants[wildcards.variant],
        base_runs=lambda wildcards: STUDY.sensitivity.base_runs[wildcards.variant],
        population=STUDY.population,
        seed=STUDY.seed,
    script:
        "../scripts/explore_traits.py"


rule compute_sensitivity:
    input:
        runs=runs_of_sensitivity().values(),
        image_quality=[
            f"{RESULTS}/parts/image_quality/{dataset}/{filter_}.csv"
            for dataset, filter_ in explored_images()
        ],
    output:
        table=f"{TABLES}/sensitivity.csv",
        text=report(
            f"{TABLES}/sensitivity.md",
            caption="../report/sensitivity.rst",
            category="What follows",
            labels={"table": "sensitivity", "shows": "What to standardise first"},
        ),
    log:
        f"{RESULTS}/logs/compute_sensitivity.log",
    benchmark:
        f"{RESULTS}/benchmarks/compute_sensitivity.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(10),
        disk_mb=more_each_time(100),
    params:
        code=code_of("compute_sensitivity.py"),
        cells=list(runs_of_sensitivity()),
        voxel_sizes_nm={
            name: STUDY.datasets[name].voxel_size_nm for name in STUDY.sensitivity.datasets
        },
        seed=STUDY.seed,
    script:
        "../scripts/compute_sensitivity.py"
