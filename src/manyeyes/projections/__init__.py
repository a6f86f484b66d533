"""From X-ray projections to a tomogram, and the projections of a twin."""
