"""Figures about the paper only: its in-house data, its claims, its numbers."""
