"""The figures: one module each, and a registry."""
