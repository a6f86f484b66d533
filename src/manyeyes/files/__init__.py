"""Readers and writers: the only place that knows file formats."""
