# The workflow lives in workflow/; this file lets `snakemake` start it from the top folder.
include: "workflow/Snakefile"


# An include does not bring its default target along, so it is named again.
rule default:
    default_target: True
    input:
        rules.all.input,
