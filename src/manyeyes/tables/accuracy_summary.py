"""Bias, spread and error over the users of each image and variant."""

from .registry import Table


def _compute(tables):
    from ..measures.tables import accuracy_summary

    return accuracy_summary(tables["accuracy"])


TABLE = Table(tables=("accuracy",), is_possible=lambda study: bool(study.cells()), compute=_compute)
