"""Simulated users: people who segment by what they perceive, and never see the truth."""
