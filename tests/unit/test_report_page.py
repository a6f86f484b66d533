"""The page as text: all in it, nothing loaded, the same each time, and in a browser."""

import base64
import re

import numpy as np
import pandas as pd
import pytest

from chromium import Chromium, executable
from manyeyes.report.packing import pack_labels
from manyeyes.report.page import page
from manyeyes.report.viewer import viewer_index
from report_example import DATASETS, METHODS, arguments, frames, packs, write

in_browser = pytest.mark.skipif(
    executable() is None, reason="no Chromium here (Debian's package chromium)"
)


def test_a_page_names_origin_users_answer_and_versions():
    html = page(**arguments())
    for text in (
        "one digital twin",
        "one measured tomogram",
        "two simulated users",
        "one recorded person",
        "standard deviation of",
        "Data: digital twin (NMC-2).",
        "<p>The paper found more.</p>",
        "An example – manyeyes",
        "run times are not known",
    ):
        assert text in html, text


def test_warnings_are_on_the_first_screen_once_and_cannot_break_the_page():
    output = "Labels of jo on mine (raw, recorded): <b>darker</b>"
    html = page(**arguments(), warnings=[output, output])
    section = html[html.index('id="answer"') : html.index('class="first"')]
    assert section.count("&lt;b&gt;darker&lt;/b&gt;") == 1
    assert "Warnings" in section
    assert "Warnings" not in page(**arguments())


def test_nothing_is_loaded_from_anywhere():
    html = page(**arguments())
    assert "default-src 'none'" in html
    addresses = re.findall(r"(?:src|href|srcset|action)\s*=\s*[\"']([^\"']{0,12})", html)
    assert addresses
    assert all(address.startswith(("#", "data:")) for address in addresses), addresses
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|import\(", html)


def test_the_same_study_gives_the_same_page():
    assert page(**arguments()) == page(**arguments())


def test_names_cannot_break_the_page():
    given = arguments()
    study = given["study"] | {"title": "<script>alert(1)</script> & more"}
    html = page(**(given | {"study": study}))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


@pytest.mark.parametrize("name", ["variability", "volume_fractions", "pairwise", "image_quality"])
def test_a_missing_table_is_named(name):
    given = arguments()
    del given["frames"][name]
    with pytest.raises(ValueError, match=rf"{name}\.csv"):
        page(**given)


def test_packs_of_another_run_are_refused():
    given = arguments()
    fractions = given["frames"]["volume_fractions"]
    given["frames"]["volume_fractions"] = fractions[fractions["user"] != "B"]
    with pytest.raises(ValueError, match=r"NMC-2 \(raw\): S2 by B is shown but not in the table"):
        page(**given)


def test_of_several_realisations_the_viewer_shows_the_first():
    tables = [frames()[name] for name in ("volume_fractions", "pairwise")]
    # As read from files, where a realisation is text like every other name.
    several = [
        pd.concat([table.assign(realisation="1"), table.iloc[::-1].assign(realisation="2")])
        for table in tables
    ]
    alone = viewer_index(packs(), DATASETS, *tables)
    assert viewer_index(packs(), DATASETS, *several) == alone


def test_a_study_without_figures_claims_or_slices_still_has_a_page():
    html = page(**(arguments() | {"figures": [], "packs": []}))
    assert "viewer-index" not in html.split("<script>")[0]
    assert 'id="claims"' not in html


def test_claims_and_recommendation_are_shown_where_they_are():
    given = arguments()
    claims = pd.DataFrame(
        {
            "id": ["C001", "C002"],
            "claim": ["First", "Second"],
            "paper_value": ["< 1", None],
            "our_value": [0.97, float("nan")],
            "low": [float("nan")] * 2,
            "high": [float("nan")] * 2,
            "verdict": ["agrees", "by construction"],
            "reason": ["Since.", "A setting."],
            "place": ["Abstract", "2.1"],
            "kind": ["ordering", "by construction"],
        }
    )
    html = page(**(given | {"frames": given["frames"] | {"claims": claims}}))
    assert "Of 2 claims 1 could be tested. Agreeing: 1, disagreeing: 0" in html
    first_screen = html.split('id="detail"')[0]
    assert "Agreeing: 1, disagreeing: 0" in first_screen
    assert "shown by 97 %" in html
    assert '<option value="agrees">✓ agrees (1)</option>' in html


def test_what_more_users_recommend_stands_below_what_the_study_s_own_do():
    def advice(users, variant):
        row = {
            "dataset": "NMC-2",
            "contrast_to_noise": 4.2,
            "voxel_size_nm": 397.0,
            "users": users,
            "realisations": 1,
            "options": 6,
            "made_by": "simulated",
            "filter": "gaussian",
            "variant": variant,
            **dict.fromkeys(("rmse", "rmse_low", "rmse_high"), 0.0098),
            "bias": -0.0008,
            "sd": 0.0099,
            "labelled_voxels": 0.0,
            "best_share": 1.0,
            "cheap_filter": "gaussian",
            "cheap_variant": variant,
            "cheap_rmse": 0.0098,
            "cheap_labelled_voxels": 0.0,
            "cheap_share": 1.0,
            **dict.fromkeys(("wrong_active", "missed", "cbd", "cbd_called_active"), float("nan")),
        }
        return pd.DataFrame([row])

    given = arguments()
    three = given["frames"] | {"recommendation": advice(3, "MLX50")}
    assert "users of the same population" not in page(**(given | {"frames": three}))
    both = three | {"population_recommendation": advice(30, "cWS")}
    html = page(**(given | {"frames": both}))
    below = html.split("The same by 30 users of the same population")[1].split("</section>")[0]
    assert "cWS on" in below
    assert "MLX50" not in below
    assert "100 %" in below
    assert "nan" not in below


def test_only_origins_of_this_study_are_explained():
    given = arguments()
    assert "geometry and imaging are ours" in page(**given)
    measured = {name: facts | {"origin": "measured"} for name, facts in DATASETS.items()}
    html = page(**(given | {"study": given["study"] | {"datasets": measured}}))
    assert "grey values from an instrument" in html
    assert "geometry and imaging are ours" not in html
    assert "imaged by our model" not in html


def test_finished_segmentations_alone_are_not_said_to_follow_the_paper():
    of_paper = "This study follows the protocol of Bailey et al. 2023"
    given = arguments()
    assert of_paper in page(**given)
    study = given["study"] | {"methods": dict.fromkeys(METHODS, "segmentation")}
    html = page(**(given | {"study": study}))
    assert of_paper not in html
    assert "The segmentations were made elsewhere and are compared as they are." in html
    assert "CITATION.cff) and the paper" not in html


@pytest.fixture(scope="module")
def browser():
    with Chromium() as opened:
        yield opened


@pytest.fixture
def opened(browser, tmp_path):
    browser.problems.clear()
    browser.requests.clear()
    path = write(tmp_path / "report.html")
    browser.open(path)
    browser.wait_for("document.getElementById('viewer').dataset.shown")
    return browser


def shown(browser):
    """Return dataset, filter, variant, both users and slice of the picture on the screen."""
    return browser.run("document.getElementById('viewer').dataset.shown").split("|")


def choose(browser, field, value):
    """Choose an option as a person would, and wait for the picture."""
    browser.run(
        f"""(() => {{
          const field = document.getElementById('viewer-{field}');
          field.value = '{value}';
          document.getElementById('viewer').dataset.shown = '';
          field.dispatchEvent(new Event(field.type === 'range' ? 'input' : 'change'));
        }})()"""
    )
    browser.wait_for("document.getElementById('viewer').dataset.shown")


def row_of(browser, canvas):
    """Return the colours of a picture's middle row."""
    return browser.run(
        f"""(() => {{
          const c = document.getElementById('viewer-{canvas}');
          const row = c.getContext('2d').getImageData(0, c.height / 2, c.width, 1).data;
          return Array.from({{length: c.width}}, (_, x) => [...row.slice(4 * x, 4 * x + 3)].join());
        }})()"""
    )


BOTH, NEITHER, FIRST, SECOND = "243,239,226", "39,48,58", "42,128,212", "245,161,66"


@in_browser
def test_no_error_and_no_request(opened):
    assert opened.problems == []
    assert len(opened.requests) == 1
    assert opened.requests[0].startswith("file://")


@in_browser
def test_the_difference_is_that_of_the_labels(opened):
    assert shown(opened) == ["NMC-2", "raw", "S2", "A", "B", "3"]
    # A has 4 active columns, B 8, of 20.
    assert row_of(opened, "difference") == [BOTH] * 4 + [SECOND] * 4 + [NEITHER] * 12
    status = opened.run("document.getElementById('viewer-status').textContent")
    assert "A 20.0 % (whole volume 16.7 %), B 40.0 % (whole volume 33.3 %)" in status
    assert "They differ in 20.0 % of its pixels (whole volume 16.7 %)." in status


@in_browser
def test_users_variant_and_dataset_can_be_chosen(opened):
    choose(opened, "first", "jo")
    assert shown(opened)[3:5] == ["jo", "B"]
    assert row_of(opened, "difference") == [BOTH] * 8 + [FIRST] * 2 + [NEITHER] * 10
    choose(opened, "variant", "MLX10")
    assert shown(opened)[2] == "MLX10"
    assert row_of(opened, "difference")[:12] == [BOTH] * 10 + [FIRST] * 2
    choose(opened, "second", "")
    assert shown(opened)[4] == ""
    assert "the truth 40.0 %" in opened.run("document.getElementById('viewer-status').textContent")
    choose(opened, "dataset", "mine")
    assert shown(opened)[0] == "mine"
    # Nobody knows the truth of a measured tomogram.
    assert shown(opened)[4] != ""
    options = "[...document.getElementById('viewer-second').options].map((o) => o.value)"
    assert opened.run(options) == ["A", "B"]


@in_browser
def test_the_keyboard_moves_the_slice_and_the_picture_changes(opened):
    before = row_of(opened, "difference")
    opened.run("document.getElementById('viewer-slice').focus()")
    for _ in range(3):
        opened.press("ArrowLeft", 37)
    opened.wait_for("document.getElementById('viewer').dataset.shown.endsWith('|0')")
    assert row_of(opened, "difference") == [NEITHER] * 20 != before
    opened.press("End", 35)
    opened.wait_for("document.getElementById('viewer').dataset.shown.endsWith('|5')")
    assert row_of(opened, "difference") == before


@in_browser
def test_slices_that_users_drew_on_say_so(opened):
    choose(opened, "slice", "2")
    name = opened.run("document.getElementById('viewer-slice-name').textContent")
    assert name == "2 of 0 to 5, users drew here"


@in_browser
def test_the_strength_changes_the_overlay_only(opened):
    faint = "document.getElementById('viewer-strength')"
    before = row_of(opened, "overlay")
    opened.run(f"{faint}.value = 0; {faint}.dispatchEvent(new Event('input'))")
    opened.wait_for(
        "document.getElementById('viewer-overlay').toDataURL() === "
        "document.getElementById('viewer-grey').toDataURL()"
    )
    assert row_of(opened, "overlay") != before


@in_browser
def test_figures_and_tables_can_be_saved(opened):
    # What a click would save is caught instead of written.
    opened.run(
        """(() => {
          window.saved = {};
          URL.createObjectURL = (blob) => { window.last = blob; return '#'; };
          HTMLAnchorElement.prototype.click = function () {
            const name = this.download;
            window.last.text().then((text) => { window.saved[name] = text; });
          };
          for (const button of document.querySelectorAll('button.download')) button.click();
        })()"""
    )
    opened.wait_for("window.saved['fig3.svg'] && window.saved['variability.csv']")
    given = arguments()
    assert opened.run("window.saved['fig3.svg']") == given["figures"][0]["svg"]
    assert opened.run("window.saved['variability.csv']") == given["tables"]["variability"]


@in_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_off_a_narrow_page(tmp_path, width):
    long = "a_long_name_without_any_space_" * 4
    given = arguments()
    study = given["study"] | {"settings": {long: long}, "methods": {**METHODS, "recorded": "otsu"}}
    with Chromium(width, 800) as narrow:
        narrow.open(write(tmp_path / "report.html", study=study))
        narrow.wait_for("document.getElementById('viewer').dataset.shown")
        assert narrow.run("document.documentElement.scrollWidth") == width
        # What is wider than the window scrolls in its own box.
        assert narrow.run("document.querySelectorAll('table').length") == narrow.run(
            "document.querySelectorAll('.scroll > table').length"
        )


def printed_pages(browser):
    """Return how many pages of paper the page takes."""
    found = browser.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)
    return len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(found["data"])))


@in_browser
def test_the_first_printed_page_is_a_summary(opened):
    remove = "document.querySelectorAll('main > section{}').forEach(s => s.remove())"
    opened.run(remove.format(":not(#answer):not(#detail)"))
    opened.run("document.getElementById('detail').innerHTML = '<p>One line</p>'")
    assert printed_pages(opened) == 2
    opened.run(remove.format(":not(#answer)"))
    assert printed_pages(opened) == 1


@in_browser
def test_one_user_alone_is_shown_with_nothing_to_compare(browser, tmp_path):
    alone = packs(["mine"], ["A"])
    browser.problems.clear()
    browser.open(write(tmp_path / "alone.html", packs=alone))
    browser.wait_for("document.getElementById('viewer').dataset.shown")
    assert browser.problems == []
    status = browser.run("document.getElementById('viewer-status').textContent")
    assert "nothing to compare" in status


@in_browser
def test_each_of_three_phases_can_be_looked_at(browser, tmp_path):
    three = packs(["NMC-2"], ["A", "B"])
    shape = DATASETS["NMC-2"]["shape"]

    def columns(of_active):
        places = np.full(shape, 3, np.uint8)
        places[..., :14] = 2
        places[..., :of_active] = 1
        return places

    labels = [
        ({"variant": "S2", "user": "A"}, columns(4)),
        ({"variant": "S2", "user": "B"}, columns(8)),
    ]
    three[0] |= {
        "phases": ["active material", "carbon-binder domain", "pore"],
        "chunks": pack_labels(labels, 3),
    }
    browser.problems.clear()
    browser.open(write(tmp_path / "three.html", packs=three))
    browser.wait_for("document.getElementById('viewer').dataset.shown")
    choose(browser, "phase", "2")
    assert shown(browser)[-1] == "carbon-binder domain"
    status = browser.run("document.getElementById('viewer-status').textContent")
    assert status.startswith("Carbon-binder domain in this slice: A 50.0 %, B 30.0 %.")
    assert "whole volume" not in status
    assert browser.run("document.getElementById('viewer-both').textContent") == (
        "carbon-binder domain"
    )
    assert row_of(browser, "difference") == [NEITHER] * 4 + [FIRST] * 4 + [BOTH] * 6 + [NEITHER] * 6
    choose(browser, "phase", "3")
    assert browser.problems == []
    assert row_of(browser, "difference") == [NEITHER] * 14 + [BOTH] * 6


@in_browser
def test_of_two_phases_nothing_is_to_be_chosen(opened):
    height = "document.getElementById('viewer-phase-label').offsetHeight"
    assert opened.run(height) == 0
