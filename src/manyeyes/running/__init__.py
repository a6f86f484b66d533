"""What runs a study with Snakemake: jobs, locks, failures, digests."""
