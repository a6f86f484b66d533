# Which of the paper's orderings hold for users who are modelled differently. They repeat the plan, and only
# their numbers are kept. One job does a block of the plan on an image.


wildcard_constraints:
    structure="|".join(STUDY.structures),


rule repeat_plan:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
    output:
        volume_fractions=PATHS.repeated.replace("{table}", "volume_fractions"),
        pairwise=PATHS.repeated.replace("{table}", "pairwise"),
    wildcard_constraints:
        block="|".join(block.name for block in STUDY.simulated_blocks()),
    group:
        lambda wildcards: "{structure}.{block}.{dataset}.{filter}".format(**wildcards)
    resources:
        mem_mb=ASK.of_block(cost.repeating_megabytes),
        runtime=ASK.of_block(cost.repeating_minutes),
        disk_mb=ASK.disk(1),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "repeat_plan.py", variants=INPUTS.variants_of(wildcards.block).values()
        ),
        users=lambda wildcards: list(FILES.blocks[wildcards.block].users),
        variants=lambda wildcards: INPUTS.variants_of(wildcards.block),
        population=lambda wildcards: STUDY.structures[wildcards.structure],
        seed=STUDY.seed,
    script:
        "../scripts/repeat_plan.py"


rule collect_repeated:
    input:
        volume_fractions=INPUTS.repeated_parts("volume_fractions"),
        pairwise=INPUTS.repeated_parts("pairwise"),
    output:
        volume_fractions=f"{TABLES}/structures/{{structure}}/volume_fractions.csv",
        pairwise=f"{TABLES}/structures/{{structure}}/pairwise.csv",
    params:
        order=FILES.order(),
        listed=FILES.realisations_listed(),
    script:
        "../scripts/collect_tables.py"


rule compare_structures:
    input:
        **FILES.tables_of_claims(),
        claims=CHECKOUT.file(CLAIMS),
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
        survival=PATHS.table("survival"),
        spread=PATHS.table("structure_spread"),
        text=report(
            PATHS.table("survival", "md"),
            caption="../report/survival.rst",
            category="What follows",
            labels={"table": "survival", "shows": "Which orderings survive other users"},
        ),
    params:
        claims=CHECKOUT.contents_of([CLAIMS]),
        own_tables=list(FILES.tables_of_claims()),
        own=STUDY.population.get("structure", "two_class"),
        structures=list(STUDY.structures),
    script:
        "../scripts/compare_structures.py"
