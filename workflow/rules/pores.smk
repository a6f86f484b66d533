# Networks that find pores in slices of particles: twins and their slices, filters, labels, one job for
# each training, predictions, and what is measured of them.

LEE_CLAIMS = SOURCES / "manyeyes/lee2023/claims.yaml"
RULES_OF_CLAIMS = SOURCES / "manyeyes/paper/claims.yaml"


wildcard_constraints:
    particle=POROUS.any_of(POROUS.files.particles),
    trained_on=POROUS.any_of(fold.train for fold in POROUS.files.folds),
    greys=POROUS.any_of(POROUS.files.inputs),
    method=POROUS.any_of([*POROUS.files.inputs, UNFILTERED]),
    seed=r"\d+",


rule make_particle:
    output:
        truth=POROUS.files.slices("truth"),
        acquired=POROUS.files.slices("acquired"),
    group:
        "{particle}"
    resources:
        **POROUS.making(),
    params:
        particle=POROUS.described("particle"),
        imaging=POROUS.described("imaging"),
        names=POROUS.seed_names("{particle}"),
    script:
        "../scripts/make_particle.py"


rule filter_slices:
    input:
        acquired=POROUS.files.slices("acquired"),
    output:
        destriped=POROUS.files.slices("destriped"),
        filtered=POROUS.files.slices("filtered"),
    group:
        "{particle}"
    resources:
        **POROUS.making(),
    params:
        settings=POROUS.files.filters,
        voxel_size_nm=POROUS.voxel_size_nm,
    script:
        "../scripts/filter_slices.py"


rule label_slices:
    input:
        filtered=POROUS.files.slices("filtered"),
    output:
        labels=POROUS.files.label_file,
    group:
        "{particle}"
    resources:
        **POROUS.making(),
    params:
        settings=POROUS.files.labels,
        voxel_size_nm=POROUS.voxel_size_nm,
    script:
        "../scripts/label_slices.py"


# One thread and its own job each: trainings give the same bytes however many run side by side. What a
# killed job had reached is kept beside the model and taken up again.
rule train_pore_network:
    input:
        unpack(POROUS.learned),
    output:
        model=POROUS.files.model(),
        curve=POROUS.files.curve,
    group:
        "{greys}.{trained_on}.{seed}"
    resources:
        **POROUS.training(),
    params:
        training=POROUS.files.training,
        checkpoint=POROUS.files.model("unfinished"),
        names=POROUS.seed_names("{trained_on}", "{seed}"),
    script:
        "../scripts/train_pore_network.py"


rule predict_pores:
    input:
        model=POROUS.model_of,
        images=POROUS.shown,
    output:
        prediction=POROUS.files.prediction,
    group:
        "{method}.{trained_on}.{seed}"
    resources:
        **POROUS.predicting(),
    params:
        voxel_size_nm=POROUS.voxel_size_nm,
    script:
        "../scripts/predict_pores.py"


rule measure_pores:
    input:
        truth=POROUS.files.slices("truth"),
        labels=POROUS.files.label_file,
        filtered=POROUS.files.slices("filtered"),
        predictions=POROUS.predictions,
    output:
        pore_slices=POROUS.files.part("pore_slices"),
        pore_volumes=POROUS.files.part("pore_volumes"),
        threshold_levels=POROUS.files.part("threshold_levels"),
    group:
        "measured.{particle}"
    resources:
        **POROUS.measuring(),
    params:
        names=POROUS.names_of_predictions,
        threshold=POROUS.files.threshold,
        voxel_size_nm=POROUS.voxel_size_nm,
    script:
        "../scripts/measure_pores.py"


rule score_pores:
    input:
        truth=POROUS.files.slices("truth"),
        labels=POROUS.files.label_file,
        filtered=POROUS.files.slices("filtered"),
        predictions=POROUS.predictions,
    output:
        pore_scores=POROUS.files.part("pore_scores"),
        grey_labels=POROUS.files.part("grey_labels"),
    group:
        "measured.{particle}"
    resources:
        **POROUS.measuring(),
    params:
        names=POROUS.names_of_predictions,
        threshold=POROUS.files.threshold,
        grey_labels=POROUS.files.grey_labels,
        seed_names=POROUS.seed_names("{particle}", "grey labels"),
    script:
        "../scripts/score_pores.py"


rule collect_pores:
    input:
        **{name: POROUS.files.parts_of(name) for name in COLLECTED},
    output:
        **{name: PATHS.table(name) for name in COLLECTED},
    params:
        order={"particle": list(POROUS.files.particles), "input": list(POROUS.files.inputs)},
        listed=None,
    script:
        "../scripts/collect_tables.py"


rule compare_with_lee:
    input:
        **{name: PATHS.table(name) for name in ("pore_scores", "pore_volumes", "training_curves")},
    output:
        **{name: PATHS.table(name) for name in COMPUTED},
        text=report(
            PATHS.table("lee_table_2", "md"),
            caption="../report/table.rst",
            category="What follows",
            labels={"table": "lee_table_2", "shows": "Table 2 of Lee et al. beside this study"},
        ),
    params:
        folds=[list(fold) for fold in POROUS.files.folds],
        caption="Table 2 of Lee et al. 2023 beside this study. Written from ``lee_table_2.csv``.",
    script:
        "../scripts/compare_with_lee.py"


rule score_claims_of_lee:
    input:
        metrics=PATHS.table("lee_metrics"),
        claims=CHECKOUT.file(LEE_CLAIMS),
        rules=CHECKOUT.file(RULES_OF_CLAIMS),
    output:
        claims=PATHS.table("lee_claims"),
    params:
        claims=CHECKOUT.contents_of([LEE_CLAIMS, RULES_OF_CLAIMS]),
    script:
        "../scripts/score_claims_of_lee.py"


# All that is needed to look at the slices, without any training: `snakemake slices`.
rule slices:
    input:
        POROUS.files.slice_files(),
    localrule: True
