"""Measures of a microstructure: one module per group of measures, and a registry."""
