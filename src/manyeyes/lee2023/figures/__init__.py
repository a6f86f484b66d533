"""The figures of Lee et al. 2023, redrawn from twins: one module each."""
