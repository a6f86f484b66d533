# Where painting stops spreading less than a slider. One job lets a batch of users segment an image by the
# slider and paint it with the outline in several places. The map is computed from these paintings (rule
# `compute_table`), so a new analysis paints nothing again.


rule shift_outlines:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
    output:
        PATHS.outline_shifts,
    wildcard_constraints:
        batch="|".join(b.name for b in STUDY.outline_map.batches(STUDY.users_per_job)),
    group:
        ASK.submission("{dataset}.{filter}.{batch}")
    threads: ASK.threads(forests=True)
    resources:
        **ASK.shifting(STUDY.outline_map),
    params:
        code=CHECKOUT.code_of(
            "shift_outlines.py",
            variants=[
                STUDY.variants[name]
                for name in (STUDY.outline_map.slider, STUDY.outline_map.painted)
            ],
        ),
        variants={
            name: STUDY.variants[name]
            for name in (STUDY.outline_map.slider, STUDY.outline_map.painted)
        },
        users=FILES.users_of_outline_map,
        shifts_px=STUDY.outline_map.shifts_px,
        population=STUDY.population,
        seed=STUDY.seed,
    script:
        "../scripts/shift_outlines.py"


rule collect_outline_shifts:
    input:
        outline_shifts=FILES.parts_of_outline_map(),
    output:
        outline_shifts=PATHS.table("outline_shifts"),
    params:
        order={"dataset": list(STUDY.datasets), "filter": list(STUDY.filters)},
        listed=None,
    script:
        "../scripts/collect_tables.py"
