"""Tables that are computed from other tables of a study: one module each, found by themselves.

Importing them is cheap, since every job of a study does: what computes is imported when it runs.
"""
