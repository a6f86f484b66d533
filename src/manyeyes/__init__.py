"""How much a segmented electrode depends on the person who segments it and on the method.

A library of pure functions: arrays and tables in, arrays and tables out. It knows neither
Snakemake nor files; the scripts beside it read and write.
"""
