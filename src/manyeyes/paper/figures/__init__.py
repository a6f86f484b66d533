"""Figures that are about the paper alone: its in-house data, its claims, its numbers."""
