"""The figures, one module each: ``draw(...)`` takes tables and slices and returns a figure."""
