"""Figures take the font and the size that a config names."""

import io

import pytest

from figure_example import texts
from manyeyes.figures import style


@pytest.fixture(autouse=True)
def usual_font():
    yield
    style.use_font()


@style.styled
def drawn():
    figure = style.new_figure(90, 60)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], label="line")
    axes.set_xlabel("Length (um)")
    axes.text(0.5, 0.5, "small", fontsize=5.0)
    axes.legend()
    style.footnote(figure, "Small print.")
    return figure


def sizes(figure):
    with style.context():
        figure.savefig(io.BytesIO(), format="svg", metadata={"Date": None})
    return {text.get_text(): text.get_fontsize() for text in texts(figure)}


def test_all_texts_keep_their_proportion_to_the_size_of_labels():
    usual = sizes(drawn())
    style.use_font(size_pt=10.5)
    larger = sizes(style.scaled(drawn()))
    assert larger["Length (um)"] == pytest.approx(10.5)
    assert larger.keys() == usual.keys()
    for text, size in usual.items():
        assert larger[text] == pytest.approx(1.5 * size), text


def test_a_font_of_the_machine_is_used_and_another_refused():
    style.use_font("DejaVu Serif")
    with style.context():
        assert {text.get_fontname() for text in texts(drawn())} == {"DejaVu Serif"}
    with pytest.raises(ValueError, match="the font 'No Such Font' is not installed here"):
        style.use_font("No Such Font")


def test_nothing_changes_where_nothing_is_said():
    figure = drawn()
    before = sizes(figure)
    assert sizes(style.scaled(figure)) == before
