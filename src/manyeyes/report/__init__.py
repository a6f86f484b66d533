"""The report of a study: one HTML page, written from its tables, figures and segmentations."""
