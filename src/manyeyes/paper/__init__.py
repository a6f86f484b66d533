"""Bailey et al. 2023: names, stated numbers, claims and figures of its own."""
