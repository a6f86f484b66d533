# How realistic simulated users are: what they draw on the slices that a person drew on.


rule imitate_person:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
        annotation=PATHS.annotation,
        drawing=PATHS.drawing,
    output:
        strokes=PATHS.strokes,
        shown=PATHS.imitation,
    wildcard_constraints:
        user=INPUTS.recorded_users(),
    group:
        ASK.submission("{dataset}.{filter}.{user}")
    resources:
        **ASK.job(100, 30, volumes=2, at_least_mb=cost.AT_LEAST_MB + 40),
    params:
        code=CHECKOUT.code_of("imitate_person.py", variants=[{"method": "drawn_forest"}]),
        users=STUDY.imitators,
        forest=lambda wildcards: INPUTS.variant(wildcards)["forest"],
        population=STUDY.population,
        seed=STUDY.seed,
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/imitate_person.py"


rule compare_strokes:
    input:
        [PATHS.strokes.format(**vars(cell)) for cell in STUDY.imitated()],
    output:
        strokes=PATHS.table("strokes"),
        comparison=PATHS.table("stroke_comparison"),
        text=PATHS.table("stroke_comparison", "md"),
    script:
        "../scripts/compare_strokes.py"
