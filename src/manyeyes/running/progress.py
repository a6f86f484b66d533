"""Progress of long jobs, in their logs."""

from collections.abc import Iterable, Iterator

from .rule_script import note


def with_progress(snakemake, items: Iterable, total: int, action: str) -> Iterator:
    """Yield items, and note in the job's log each tenth that is done."""
    noted = 0
    for done, item in enumerate(items, start=1):
        yield item
        if done * 10 // total > noted:
            noted = done * 10 // total
            note(snakemake, f"{action}: {done} of {total}")
