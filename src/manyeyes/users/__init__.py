"""Simulated users: people who segment by what they perceive, and never see the truth.

`population` (who they are), `sitting` (what changes from day to day), `seeing` (what they
perceive), `sliders` and `seeding` (how they set sliders), `drawing` and `painting` (how they
paint).
"""
