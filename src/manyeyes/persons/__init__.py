"""Fit recorded people: which traits of the user model explain best what they did.

`records` says what was recorded, `marks` measures it, `simulating` lets users of the population do
the same, `posterior` compares the two, and `laboratory` says how many people a spread needs.
"""
