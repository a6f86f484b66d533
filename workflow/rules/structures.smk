# What survives other users: the plan repeated by users who are built in another way, of whom only
# numbers are kept, and the paper's orderings under each. One job does a block of the plan on an image.


wildcard_constraints:
    structure="|".join(STUDY.structures),


rule repeat_plan:
    input:
        image=f"{RESULTS}/images/{{dataset}}/{{filter}}.tif",
        mask=mask_of,
    output:
        volume_fractions=f"{REPEATED}/volume_fractions/{{block}}/{{dataset}}/{{filter}}.csv",
        pairwise=f"{REPEATED}/pairwise/{{block}}/{{dataset}}/{{filter}}.csv",
    log:
        f"{RESULTS}/logs/repeat_plan/{{structure}}/{{block}}/{{dataset}}/{{filter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/repeat_plan/{{structure}}/{{block}}/{{dataset}}/{{filter}}.tsv"
    wildcard_constraints:
        block="|".join(block.name for block in PLANNED),
    group:
        lambda wildcards: "{structure}.{block}.{dataset}.{filter}".format(**wildcards)
    conda:
        "../../envs/manyeyes.yaml"
    threads: 1
    resources:
        mem_mb=megabytes_to_repeat,
        runtime=minutes_to_repeat,
        disk_mb=volumes(1),
    params:
        code=lambda wildcards: code_of("repeat_plan.py", BLOCKS[wildcards.block].variants),
        users=lambda wildcards: list(BLOCKS[wildcards.block].users),
        variants=lambda wildcards: {
            name: STUDY.variants[name] for name in BLOCKS[wildcards.block].variants
        },
        population=STUDY.population,
        seed=STUDY.seed,
    script:
        "../scripts/repeat_plan.py"


rule collect_repeated:
    input:
        repeated_parts,
    output:
        f"{TABLES}/structures/{{structure}}/{{table}}.csv",
    log:
        f"{RESULTS}/logs/collect_repeated/{{structure}}/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect_repeated/{{structure}}/{{table}}.tsv"
    wildcard_constraints:
        table="volume_fractions|pairwise",
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("collect_table.py"),
        order={
            "dataset": list(STUDY.datasets),
            "filter": list(STUDY.filters),
            "variant": list(STUDY.variants),
            "user": list(STUDY.users),
        },
        listed=realisations_listed(),
    script:
        "../scripts/collect_table.py"


rule compare_structures:
    input:
        **tables_of_claims(),
        claims=ours(CLAIMS),
        their_volume_fractions=expand(
            "{tables}/structures/{structure}/volume_fractions.csv",
            tables=TABLES,
            structure=STUDY.structures,
        ),
        their_pairwise=expand(
            "{tables}/structures/{structure}/pairwise.csv",
            tables=TABLES,
            structure=STUDY.structures,
        ),
    output:
        survival=f"{TABLES}/survival.csv",
        spread=f"{TABLES}/structure_spread.csv",
        text=report(
            f"{TABLES}/survival.md",
            caption="../report/survival.rst",
            category="What follows",
            labels={"table": "survival", "shows": "Which orderings survive other users"},
        ),
    log:
        f"{RESULTS}/logs/compare_structures.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_structures.tsv"
    group:
        "tables"
    conda:
        "../../envs/manyeyes.yaml"
    resources:
        mem_mb=more_each_time(600),
        runtime=more_each_time(3),
        disk_mb=more_each_time(100),
    params:
        code=code_of("compare_structures.py"),
        claims=contents_of([CLAIMS]),
        own_tables=list(tables_of_claims()),
        own=STUDY.population.get("structure", "two_class"),
        structures=STUDY.structures,
    script:
        "../scripts/compare_structures.py"
