"""Captions, run times, the drawing of the rules, and what is embedded."""

import base64
import json
import re
from html import unescape
from urllib.parse import unquote

import imagecodecs
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from manyeyes.figures.registry import figure_called, module_files
from manyeyes.report import embedding
from manyeyes.report.captions import caption
from manyeyes.report.rule_graph import Passing, draw, rows_of, rule_graph
from manyeyes.report.run_times import run_times
from manyeyes.report.sections import dataset_rows
from report_example import DATASETS, NEEDS, SVG, frames


@pytest.mark.parametrize("name", module_files())
def test_every_caption_can_be_read_and_figures_of_the_paper_say_what_it_found(name):
    found = caption(figure_called(name).caption)
    assert found.shows
    assert "{{" not in found.shows + found.paper
    if name.removeprefix("fig").isdigit():
        assert "The paper" in found.paper


def test_a_caption_is_split_and_marked_up():
    found = caption("Shows ``x`` < 1.\n\nThe paper found y.\n\n{{ snakemake.params.origins }}\n")
    assert found.shows == '<p>Shows <span class="docutils literal">x</span> &lt; 1.</p>'
    assert found.paper == "<p>The paper found y.</p>"


def test_other_placeholders_are_refused():
    with pytest.raises(ValueError, match=r"params\.title"):
        caption("About {{ snakemake.params.title }}.")


def test_noise_that_could_not_be_measured_is_given_in_words():
    tables = frames()
    quality = tables["image_quality"].assign(contrast_to_noise=[np.nan, 2.5])
    rows = dataset_rows(DATASETS, quality, tables["volume_fractions"])
    assert [row["noise"] for row in rows] == ["raw not measurable", "raw 2.5"]


def benchmark(**values):
    return pd.DataFrame([values])


def test_run_times_add_up_by_rule_and_survive_short_jobs():
    found = run_times(
        [
            ("measure", benchmark(s=1.0, cpu_time=0.5, max_rss=200.0)),
            ("segment", benchmark(s=5.0, cpu_time=9.0, max_rss=600.0)),
            ("measure", benchmark(s=2.0, cpu_time="NA", max_rss="-")),
        ]
    ).set_index("rule")
    assert list(found.index) == ["segment", "measure"]
    assert found.loc["measure"].tolist() == [2, 3.0, 0.5, 2.0, 200.0]
    assert run_times([]).empty


def test_a_rule_graph_leaves_out_targets_and_what_follows():
    graph = rule_graph(NEEDS)
    assert set(graph.edges) == {("segment", "measure"), ("measure", "draw figure")}


def test_rules_of_a_family_are_one_box():
    needs = pd.concat([NEEDS, NEEDS.replace("segment_simple", "segment_drawn")])
    graph = rule_graph(needs)
    assert graph.nodes["segment"]["rules"] == 2
    assert "segment (2 rules)" in draw(graph)


def test_boxes_are_below_what_they_need_and_lines_pass_the_rows_between():
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d"), ("a", "x"), ("x", "d"), ("e", "d")])
    rows = rows_of(graph)
    row_of = {name: n for n, row in enumerate(rows) for name in row}
    assert all(row_of[start] < row_of[end] for start, end in graph.edges)
    assert row_of["e"] == row_of["x"] == 2
    passing = [name for row in rows for name in row if isinstance(name, Passing)]
    assert passing == [Passing("a", "x", 1)]


def test_what_is_no_rule_graph_is_refused():
    circle = pd.concat([NEEDS, NEEDS.iloc[[1]].set_axis(["needed_by", "rule"], axis=1)])
    with pytest.raises(ValueError, match="need each other"):
        rule_graph(circle)


def test_an_svg_comes_back_from_its_address_as_it_was():
    address = embedding.svg_address(SVG)
    assert not set("'\n#") & set(address)
    assert unquote(unescape(address).split(",", 1)[1]) == SVG


def decoded(svg):
    return [
        imagecodecs.png_decode(base64.b64decode(text))
        for text in re.findall(r'base64,([^"]*)"', svg)
    ]


def test_pictures_in_an_svg_lose_bytes_but_no_pixel():
    grey = np.random.default_rng(0).integers(0, 256, (30, 40, 1), np.uint8)
    opaque = np.full((30, 40, 1), 255, np.uint8)
    pictures = {
        "grey": np.concatenate([grey, grey, grey, opaque], axis=2),
        "coloured": np.concatenate([grey, 255 - grey, grey, opaque], axis=2),
        "transparent": np.concatenate([grey, grey, grey, grey], axis=2),
    }
    svg = "<svg>{}</svg>".format(
        "".join(
            f'<image xlink:href="data:image/png;base64,{text}"/>'
            for text in (
                base64.b64encode(imagecodecs.png_encode(picture)).decode()
                for picture in pictures.values()
            )
        )
    )
    small = embedding.with_small_pictures(svg)
    grey_now, coloured_now, transparent_now = decoded(small)
    assert np.array_equal(grey_now, grey[..., 0])
    assert np.array_equal(coloured_now, pictures["coloured"][..., :3])
    assert np.array_equal(transparent_now, pictures["transparent"])
    assert len(small) < len(svg)
    assert embedding.with_small_pictures(SVG) == SVG


def test_what_is_no_svg_is_refused():
    with pytest.raises(ValueError, match="expected an SVG"):
        embedding.svg_address("<html></html>")


def test_json_cannot_end_its_script_element():
    text = embedding.script_json({"a": "</script><!--", "b": [1, "é"]})
    assert "<" not in text
    assert json.loads(text) == {"a": "</script><!--", "b": [1, "é"]}
    with pytest.raises(ValueError, match="JSON"):
        embedding.script_json({"a": np.nan})


def test_tables_that_are_too_large_stay_outside(monkeypatch):
    assert embedding.packed_text("a,b\n1,2\n")
    monkeypatch.setattr(embedding, "MOST_TABLE_BYTES", 5)
    assert embedding.packed_text("a,b\n1,2\n") is None
