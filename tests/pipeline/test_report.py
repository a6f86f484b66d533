"""The report that a real run writes: complete, reproducible, and working in a browser."""

import re
import shutil

import pytest

from chromium import Chromium, executable
from running import run

pytestmark = pytest.mark.pipeline

SHOWN = "document.getElementById('viewer').dataset.shown"


def without_run_times(html):
    """Return a page without the part that differs between runs."""
    return re.sub(
        r"<caption><span>Run time per step.*?</table>", "", html, count=1, flags=re.DOTALL
    )


def test_every_figure_and_table_is_in_it(tiny):
    html = (tiny / "report.html").read_text()
    for figure in (tiny / "figures").glob("*.svg"):
        assert f'data-figure="{figure.stem}"' in html
    for table in (tiny / "tables").glob("*.csv"):
        assert f'"{table.stem}":"' in html
    for rule in ("segment_unsupervised", "pack_slices", "measure"):
        assert f"<td>{rule}</td>" in html
    for box in (">segment (4 rules)<", ">write report<"):
        assert box in html


def test_written_again_it_differs_in_run_times_only(tiny, tmp_path):
    shutil.copytree(tiny.parents[1], tmp_path / "again", copy_function=shutil.copy2)
    run(tmp_path / "again", "--forcerun", "write_report", "pack_slices")
    again = (tmp_path / "again/results/tiny/report.html").read_text()
    first = (tiny / "report.html").read_text()
    assert without_run_times(again) == without_run_times(first)
    assert "Run time per step" not in without_run_times(first)


@pytest.mark.skipif(executable() is None, reason="no Chromium here (Debian's package chromium)")
def test_in_a_browser_it_asks_for_nothing_and_the_viewer_works(tiny):
    with Chromium() as browser:
        browser.open(tiny / "report.html")
        browser.wait_for(SHOWN)
        assert browser.run(SHOWN) == "NMC-2|raw|S1|A|B|32"
        pictures = {canvas: pixels_of(browser, canvas) for canvas in ("grey", "difference")}

        browser.run("document.getElementById('viewer-slice').focus()")
        browser.press("ArrowRight", 39)
        browser.wait_for(f"{SHOWN}.endsWith('|40')")
        for canvas, before in pictures.items():
            assert pixels_of(browser, canvas) != before

        for field, value, expected in (
            ("dataset", "NEX-V", "NEX-V|raw|S1|A|B|40"),
            ("filter", "gaussian", "NEX-V|gaussian|S1|A|B|40"),
            ("variant", "cWS", "NEX-V|gaussian|cWS|A|B|40"),
            ("second", "C", "NEX-V|gaussian|cWS|A|C|40"),
            ("second", "", "NEX-V|gaussian|cWS|A||40"),
        ):
            browser.run(
                f"(() => {{ const field = document.getElementById('viewer-{field}'); "
                f"field.value = '{value}'; field.dispatchEvent(new Event('change')); }})()"
            )
            browser.wait_for(f"{SHOWN} === '{expected}'")
        assert browser.problems == []
        assert browser.requests == [(tiny / "report.html").resolve().as_uri()]
        assert browser.run("[...document.images].every((image) => image.naturalWidth > 0)")


def pixels_of(browser, canvas):
    return browser.run(f"document.getElementById('viewer-{canvas}').toDataURL()")
