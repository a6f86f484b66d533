# What so many users can show: spread and its comparisons, errors taken apart, agreement voxel by
# voxel, the paper's claims one by one, and what follows for a laboratory.

from manyeyes.tables.registry import module_files as computed_tables
from manyeyes.tables.registry import table_called

CLAIMS = SOURCES / "manyeyes/paper/claims.yaml"


rule score_claims:
    input:
        **tables_of_claims(),
        claims=ours(CLAIMS),
    output:
        claims=f"{TABLES}/claims.csv",
        summary=f"{TABLES}/claims_summary.csv",
    log:
        f"{RESULTS}/logs/score_claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_claims.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("score_claims.py"),
        claims=contents_of([CLAIMS]),
    script:
        "../scripts/score_claims.py"


rule place_paper:
    input:
        **tables_for("volume_fractions", "pairwise"),
    output:
        f"{TABLES}/choices.csv",
    log:
        f"{RESULTS}/logs/place_paper.log",
    benchmark:
        f"{RESULTS}/benchmarks/place_paper.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("place_paper.py"),
    script:
        "../scripts/place_paper.py"


rule compare_spread:
    input:
        f"{TABLES}/volume_fractions.csv",
    output:
        spread=f"{TABLES}/spread.csv",
        power=f"{TABLES}/power.csv",
        curves=f"{TABLES}/power_curves.csv",
        comparisons=compared("comparisons", 1),
        over_datasets=compared("comparisons_over_datasets", 2),
    log:
        f"{RESULTS}/logs/compare_spread.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_spread.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("compare_spread.py"),
        comparisons=COMPARISONS,
        # The paper speaks of spreads that differ two- to fourfold; below 1.25 nobody would mind.
        sd_ratios=[1.25, 1.5, 2, 3, 4],
        users=[3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200],
    script:
        "../scripts/compare_spread.py"


# Any table of manyeyes/tables: a module there is all that a new one takes.
rule compute_table:
    input:
        unpack(lambda w: {name: f"{TABLES}/{name}.csv" for name in table_called(w.table).tables}),
    output:
        f"{TABLES}/{{table}}.csv",
    log:
        f"{RESULTS}/logs/compute_table/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/compute_table/{{table}}.tsv"
    wildcard_constraints:
        table="|".join(computed_tables()),
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        # The table's own module is found by its name, so no import tells of it.
        code=lambda w: [code_of("compute_table.py"), code_of(computed_tables()[w.table])],
    script:
        "../scripts/compute_table.py"


rule agree_on_image:
    input:
        segmentations=lambda wildcards: [
            segmentation_of(cell) for cell in shared_cells_on_image(wildcards)
        ],
        truth=truth_of,
    output:
        agreement=f"{RESULTS}/parts/agreement/{{dataset}}/{{filter}}.csv",
        group_agreement=f"{RESULTS}/parts/group_agreement/{{dataset}}/{{filter}}.csv",
        concentration=f"{RESULTS}/parts/concentration/{{dataset}}/{{filter}}.csv",
        votes=f"{RESULTS}/votes/{{dataset}}/{{filter}}.tif",
    log:
        f"{RESULTS}/logs/agree_on_image/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/agree_on_image/{{dataset}}/{{filter}}.tsv"
    group:
        submission("{dataset}.{filter}")
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        # Each voxel: a byte for every user of a variant, and the distances to the interfaces.
        mem_mb=megabytes(40 + len(STUDY.users)),
        runtime=agreeing_minutes,
        disk_mb=volumes(1),
    params:
        code=code_of("agree_on_image.py"),
        cells=lambda wildcards: [
            (c.variant, c.user, c.made_by) for c in shared_cells_on_image(wildcards)
        ],
        voxel_size_nm=lambda wildcards: STUDY.datasets[wildcards.dataset].voxel_size_nm,
    script:
        "../scripts/agree_on_image.py"


rule count_effort:
    input:
        drawings=lambda wildcards: [drawing_of(cell) for cell in drawn_by_hand(wildcards)],
        mask=mask_of,
    output:
        f"{RESULTS}/parts/effort/{{dataset}}/{{filter}}.csv",
    log:
        f"{RESULTS}/logs/count_effort/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/count_effort/{{dataset}}/{{filter}}.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=megabytes(5),
        runtime=minutes(0.3),
        disk_mb=more_each_time(10),
    params:
        code=code_of("count_effort.py"),
        cells=lambda wildcards: [(c.variant, c.user, c.made_by) for c in cells_on_image(wildcards)],
        drawn=lambda wildcards: [(c.variant, c.user, c.made_by) for c in drawn_by_hand(wildcards)],
        voxels=lambda wildcards: STUDY.datasets[wildcards.dataset].voxels,
    script:
        "../scripts/count_effort.py"


rule recommend:
    input:
        accuracy=f"{TABLES}/accuracy.csv",
        image_quality=f"{TABLES}/image_quality.csv",
        effort=f"{TABLES}/effort.csv",
    output:
        table=f"{TABLES}/recommendation.csv",
        text=report(
            f"{TABLES}/recommendation.md",
            caption="../report/recommendation.rst",
            category="What follows",
            labels={"table": "recommendation", "shows": "Which method to take, and at what cost"},
        ),
    log:
        f"{RESULTS}/logs/recommend.log",
    benchmark:
        f"{RESULTS}/benchmarks/recommend.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("recommend.py"),
        users=recommended(),
        voxel_sizes_nm=voxel_sizes_recommended(),
    script:
        "../scripts/recommend.py"
