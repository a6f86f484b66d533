"""Lee et al. 2023: stated numbers, scores, bounds, claims and figures of its own.

Lee, H.-B. et al. Deep learning image segmentation for the reliable porosity measurement of
high-capacity Ni-based oxide cathode secondary particles. J. Anal. Sci. Technol. 14 (2023),
doi:10.1186/s40543-023-00407-z. Nothing here knows of Bailey et al. 2023 but the rules by which
claims are judged.
"""
