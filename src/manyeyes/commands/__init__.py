"""The command `manyeyes`."""
