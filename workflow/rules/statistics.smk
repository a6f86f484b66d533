# What many users can show: spreads and their comparisons, the paper's claims, the effort of drawing, and
# every table of manyeyes/tables.

from manyeyes.tables.registry import module_files as computed_tables
from manyeyes.tables.registry import names_with_text, table_called

CLAIMS = SOURCES / "manyeyes/paper/claims.yaml"


rule score_claims:
    input:
        **FILES.tables_of_claims(),
        claims=CHECKOUT.file(CLAIMS),
    output:
        claims=PATHS.table("claims"),
        summary=PATHS.table("claims_summary"),
    params:
        claims=CHECKOUT.contents_of([CLAIMS]),
    script:
        "../scripts/score_claims.py"


rule compare_spread:
    input:
        **FILES.tables_of_population(),
        volume_fractions=PATHS.table("volume_fractions"),
    output:
        spread=PATHS.table("spread"),
        power=PATHS.table("power"),
        curves=PATHS.table("power_curves"),
        comparisons=FILES.table_of_comparisons(),
        over_datasets=FILES.table_of_comparisons(over_datasets=True),
    params:
        comparisons=FILES.comparisons,
        # The paper reports spreads that differ two- to fourfold; below 1.25 it hardly matters.
        sd_ratios=[1.25, 1.5, 2, 3, 4],
        users=[3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200],
    script:
        "../scripts/compare_spread.py"


# Any table of manyeyes/tables: a module there is all that a new one takes.
for kind, has_text in {"table": False, "table_with_text": True}.items():

    rule:
        name:
            f"compute_{kind}"
        input:
            unpack(FILES.sources_of_table),
        output:
            table=PATHS.table("{table}"),
            text=[
                report(
                    PATHS.table("{table}", "md"),
                    caption="../report/table.rst",
                    category="What follows",
                    labels=lambda w: {"table": w.table, "shows": table_called(w.table).text.title},
                )
            ]
            * has_text,
        wildcard_constraints:
            table="|".join(names_with_text(has_text)),
        params:
            # The table's own module is found by its name, which no import shows.
            code=lambda w: [
                CHECKOUT.code_of("compute_table.py"),
                CHECKOUT.code_of(computed_tables()[w.table]),
            ],
            settings=lambda w: table_called(w.table).settings(ONE_OF_EACH),
            caption=lambda w: table_called(w.table).caption,
        script:
            "../scripts/compute_table.py"


rule count_effort:
    input:
        drawings=INPUTS.drawings_on_image,
        mask=INPUTS.mask,
    output:
        PATHS.part("effort/{dataset}/{filter}"),
    resources:
        **ASK.job(5, 0.3),
    params:
        cells=INPUTS.cells_on_image,
        drawn=INPUTS.cells_drawn_by_hand,
        voxels=lambda wildcards: INPUTS.dataset(wildcards).voxels,
    script:
        "../scripts/count_effort.py"


if FILES.recorded_cells():

    rule tabulate_recorded_work:
        input:
            annotations=[PATHS.annotation.format(**vars(cell)) for cell in FILES.recorded_cells()],
            masks=[PATHS.mask.format(dataset=dataset) for dataset in FILES.masked],
        output:
            PATHS.table("recorded_work"),
        params:
            entries=FILES.work_of_people(),
            cells=[[c.dataset, c.filter, c.variant, c.user] for c in FILES.recorded_cells()],
            masked=FILES.masked,
            shapes={name: dataset.shape for name, dataset in STUDY.datasets.items()},
        script:
            "../scripts/tabulate_recorded_work.py"
