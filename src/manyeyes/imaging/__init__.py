"""X-ray tomograms of a truth volume, and what electron images need to know."""
