"""How labels are made: one module a method."""
