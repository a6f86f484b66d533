# Which trait of the users causes the spread. One job does all runs of a variant on an image. Indices and
# text are computed from these runs, so a new analysis segments nothing again.

from manyeyes.study.comparisons import unfiltered


rule explore_traits:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
    output:
        PATHS.sensitivity_runs,
    wildcard_constraints:
        variant="|".join(STUDY.sensitivity.base_runs),
    group:
        ASK.submission("{dataset}.{filter}.{variant}")
    resources:
        mem_mb=ASK.mb(100, cost.AT_LEAST_MB + 40),
        # Thousands of people: of the default study's variants, MLX10 took longest, 10 minutes.
        runtime=more_each_time(90),
        disk_mb=ASK.disk(1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "explore_traits.py", variants=[INPUTS.variant(wildcards)]
        ),
        variant=INPUTS.variant,
        base_runs=lambda wildcards: STUDY.sensitivity.base_runs[wildcards.variant],
        population=STUDY.population,
        seed=STUDY.seed,
    script:
        "../scripts/explore_traits.py"


rule compute_sensitivity:
    input:
        runs=FILES.runs_of_sensitivity().values(),
        image_quality=[
            PATHS.part(f"image_quality/{dataset}/{filter_}")
            for dataset, filter_ in STUDY.sensitivity.images()
        ],
    output:
        table=PATHS.table("sensitivity"),
        text=report(
            PATHS.table("sensitivity", "md"),
            caption="../report/sensitivity.rst",
            category="What follows",
            labels={"table": "sensitivity", "shows": "What to standardise first"},
        ),
    resources:
        runtime=more_each_time(10),
    params:
        cells=list(FILES.runs_of_sensitivity()),
        voxel_sizes_nm={
            name: STUDY.datasets[name].voxel_size_nm for name in STUDY.sensitivity.datasets
        },
        seed=STUDY.seed,
        unfiltered=unfiltered(STUDY),
    script:
        "../scripts/compute_sensitivity.py"
