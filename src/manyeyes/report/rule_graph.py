"""The workflow's rules as a drawing: boxes in rows, each below everything that it needs."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

import networkx as nx
import pandas as pd

# Rules of one stage that differ only by a block of the plan are one box.
_FAMILIES = (("annotate_", "annotate"), ("segment_", "segment"))
_TARGETS = frozenset({"all", "default"})

BOX_WIDTH, BOX_HEIGHT = 150, 22
GAP, ROW_HEIGHT = 14, 50
LINE_WIDTH = 10
"""Space for a line that passes a row on its way down."""

MARGIN = 4
SWEEPS = 24


class Passing(NamedTuple):
    """Where a line from one box to another passes a row between them."""

    start: str
    end: str
    row: int


def rule_graph(needs: pd.DataFrame) -> nx.DiGraph:
    """Return the graph of what needs what.

    Parameters
    ----------
    needs : DataFrame
        rule, needed_by.

    Returns
    -------
    networkx.DiGraph
        An edge from each rule to those that need its output. Nodes are names, with ``rules``, the
        number of rules in a box. Edges that follow from others and the targets ``all`` and
        ``default`` are left out.

    Raises
    ------
    ValueError
        If rules need each other.
    """
    boxes: dict[str, set] = {}
    for rule in sorted({*needs["rule"], *needs["needed_by"]} - _TARGETS):
        boxes.setdefault(_box(rule), set()).add(rule)
    graph = nx.DiGraph()
    for name, rules in boxes.items():
        graph.add_node(name, rules=len(rules))
    for start, end in needs.itertuples(index=False):
        if not _TARGETS & {start, end} and _box(start) != _box(end):
            graph.add_edge(_box(start), _box(end))
    if not nx.is_directed_acyclic_graph(graph):
        raise ValueError(f"rules need each other: {nx.find_cycle(graph)}")
    reduced = nx.transitive_reduction(graph)
    reduced.add_nodes_from(graph.nodes(data=True))
    return reduced


def _box(rule: str) -> str:
    for start, name in _FAMILIES:
        if rule.startswith(start):
            return name
    return rule.replace("_", " ")


def rows_of(graph: nx.DiGraph) -> list[list]:
    """Return the boxes row by row, and in each row the lines that pass it, so that few cross.

    A box is as low as the boxes that need it allow, so that short side branches stay near their
    end. Rows are sorted by the mean position of the neighbours in the adjacent row, down and up
    again (the barycentre method of Sugiyama et al. 1981, doi:10.1109/TSMC.1981.4308636).

    Parameters
    ----------
    graph : networkx.DiGraph
        Without cycles.

    Returns
    -------
    list of list of (str or Passing)
        From the first rules to the last.
    """
    generations = list(nx.topological_generations(graph.reverse(copy=False)))[::-1]
    row_of = {name: row for row, names in enumerate(generations) for name in names}
    steps = nx.DiGraph()
    steps.add_nodes_from(row_of)
    for start, end in sorted(graph.edges):
        passed = [Passing(start, end, row) for row in range(row_of[start] + 1, row_of[end])]
        nx.add_path(steps, [start, *passed, end])
        row_of |= {passing: passing.row for passing in passed}
    rows: list[list] = [[] for _ in generations]
    for name in sorted(row_of, key=str):
        rows[row_of[name]].append(name)
    place = {name: n / len(row) for row in rows for n, name in enumerate(row)}
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        beside = steps.predecessors if down else steps.successors
        for row in rows if down else reversed(rows):
            row.sort(key=lambda name: (_mean_place(beside(name), place, place[name]), str(name)))
            place.update({name: n / len(row) for n, name in enumerate(row)})
    return rows


def _mean_place(names: Iterable, place: Mapping, own: float) -> float:
    found = [place[name] for name in names]
    return sum(found) / len(found) if found else own


def draw(graph: nx.DiGraph) -> str:
    """Return the drawing of a `rule_graph` as SVG, in the page's own colours."""
    rows = rows_of(graph)
    widths = [[BOX_WIDTH if isinstance(n, str) else LINE_WIDTH for n in row] for row in rows]
    totals = [sum(row) + GAP * (len(row) - 1) for row in widths]
    width, height = max(totals) + 2 * MARGIN, len(rows) * ROW_HEIGHT
    centre, top = {}, {}
    for number, (row, row_widths, total) in enumerate(zip(rows, widths, totals, strict=True)):
        x = (width - total) / 2
        for name, own in zip(row, row_widths, strict=True):
            centre[name], top[name] = x + own / 2, MARGIN + number * ROW_HEIGHT
            x += own + GAP
    parts = [f'<path d="{_line(start, end, centre, top)}"/>' for start, end in sorted(graph.edges)]
    for name in sorted(graph.nodes):
        rules = graph.nodes[name]["rules"]
        label = f"{name} ({rules} rules)" if rules > 1 else name
        parts.append(
            f'<rect x="{centre[name] - BOX_WIDTH / 2:g}" y="{top[name]:g}" width="{BOX_WIDTH}" '
            f'height="{BOX_HEIGHT}" rx="4"/>'
            f'<text x="{centre[name]:g}" y="{top[name] + 15:g}">{escape(label)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" class="rule-graph" role="img" '
        'aria-label="The rules of the workflow; each needs what lines from above lead from">'
        f"{''.join(parts)}</svg>"
    )


def _line(start: str, end: str, centre: Mapping, top: Mapping) -> str:
    """Return a curve from the lower edge of a box, through the rows between, to another box."""
    passed = sorted(p for p in centre if isinstance(p, Passing) and p[:2] == (start, end))
    x, y = centre[start], top[start] + BOX_HEIGHT
    text = f"M{x:g},{y:g}"
    for stop in [*passed, end]:
        x2, y2 = centre[stop], top[stop]
        half = (y + y2) / 2
        text += f" C{x:g},{half:g} {x2:g},{half:g} {x2:g},{y2:g}"
        x, y = x2, y2
        if stop != end:
            y += BOX_HEIGHT
            text += f" V{y:g}"
    return text
