# Networks that learn from what users drew: one training is one job of one thread. What a stopped training
# goes on from lies beside the network until it is finished.


rule train_network:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
        drawing=INPUTS.learned_drawing,
        start=INPUTS.network_begins_with,
    output:
        network=PATHS.network,
        training=PATHS.training,
    wildcard_constraints:
        variant=INPUTS.network_variants(),
    group:
        "network.{dataset}.{filter}.{variant}.{user}"
    resources:
        **ASK.training(),
    params:
        code=lambda wildcards: CHECKOUT.code_of(
            "train_network.py", variants=[INPUTS.variant(wildcards)], without="manyeyes.users"
        ),
        variant=INPUTS.variant,
        phases=config.get("phases"),
        seed=STUDY.seed,
    script:
        "../scripts/train_network.py"


rule apply_network:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
        network=PATHS.network,
    output:
        segmentation=PATHS.segmentation,
    wildcard_constraints:
        variant=INPUTS.network_variants(),
    group:
        "network.{dataset}.{filter}.{variant}.{user}"
    resources:
        **ASK.applying_network(),
    params:
        phases=config.get("phases"),
        voxel_size_nm=INPUTS.voxel_size_nm,
    script:
        "../scripts/apply_network.py"


rule train_start_network:
    input:
        images=INPUTS.images_of_start,
        truths=INPUTS.truths_of_start,
    output:
        network=PATHS.start_network,
        training=PATHS.start_training,
    wildcard_constraints:
        start="|".join(STUDY.start_networks),
    group:
        "start_network.{start}"
    resources:
        **ASK.training_start(),
    params:
        start=INPUTS.start,
        phases=config.get("phases"),
        seed=STUDY.seed,
    script:
        "../scripts/train_start_network.py"


rule score_start_network:
    input:
        image=PATHS.image,
        mask=INPUTS.mask,
        network=INPUTS.start_network,
        truth=PATHS.truth,
    output:
        PATHS.part("start_accuracy/{dataset}/{filter}/{start}"),
    resources:
        **ASK.applying_network(),
    params:
        phases=config.get("phases"),
    script:
        "../scripts/score_start_network.py"


rule measure_label_bias:
    input:
        drawings=INPUTS.files_of_learned_drawings,
        truth=PATHS.truth,
    output:
        PATHS.part("label_bias/{dataset}/{filter}"),
    resources:
        **ASK.job(10, 0.3),
    params:
        cells=INPUTS.learned_drawings,
        phases=config.get("phases"),
    script:
        "../scripts/measure_label_bias.py"
