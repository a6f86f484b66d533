"""Tables that are computed from other tables of a study: one module each, found by its name.

Every job imports all of them, so they import what they compute with only when they run.
"""
