"""The page in a browser: sliders, strokes, undo, two tabs, keys and pens."""

import json

import numpy as np
import pytest

from annotate_page import Person, served
from chromium import executable
from manyeyes.labels import THREE_PHASES, TWO_PHASES
from manyeyes.recording.runs import runs_of
from recording_example import LARGE, PAINTING, SIX, TAB, THRESHOLD, example_image, paint, session_in

pytestmark = pytest.mark.skipif(executable() is None, reason="there is no Chromium")

SEEN = np.where(np.arange(30) < 15, 2, 1) * np.ones((20, 1), int)


@pytest.fixture
def session(tmp_path):
    session = session_in(tmp_path)
    session.release(TAB)
    return session


@pytest.fixture(scope="module")
def browser():
    with Person(1280, 800) as person:
        yield person


@pytest.fixture
def jo(session, browser):
    """A person at the first step, whose page nothing may go wrong on."""
    browser.problems.clear()
    browser.requests.clear()
    with served(session) as address:
        browser.address = address
        browser.begin(address)
        yield browser
        assert browser.problems == []
        assert all(asked.startswith(address) for asked in browser.requests)
        browser.visit("about:blank")


def test_a_threshold_is_set_with_its_overlay_and_leads_on(session, jo):
    assert jo.text("aside h1") == "Set the threshold"
    assert jo.run("document.querySelector('aside .primary').disabled")
    jo.level(0, 131)
    assert session.state(THRESHOLD)["ends"] == [[None, [131]]]
    jo.proceed()
    jo.at(THRESHOLD + 1)
    assert (session.folder / "cathode/raw/S1.json").exists()
    assert jo.text("aside h1") == "Set a small window"
    assert jo.text("#counted") == "1 of 7 steps done"
    document = json.loads((session.folder / "cathode/raw/S2.json").read_text())
    assert (document["kind"], document["level"]) == ("threshold", 131)


def test_the_overlay_colours_exactly_the_bright_voxels(jo):
    jo.level(0, 131)
    counted = jo.run(
        "(async () => { const { View } = await import('./view.js');"
        " const { tableOf } = await import('./levels.js');"
        " const bytes = new Uint8Array(256).map((_, i) => i);"
        " return [...tableOf([131], [null, 1], () => 7)].map((c) => c ? 1 : 0); })()"
    )
    assert counted == [0] * 131 + [1] * 125


def test_contrast_changes_what_is_seen_and_nothing_else(session, jo):
    def greys():
        return jo.run(
            "(() => { const shown = document.querySelector('.axis-xy canvas');"
            " const { width, height } = shown;"
            " const copy = new OffscreenCanvas(width, height).getContext('2d');"
            " copy.drawImage(shown, 0, 0);"
            " const d = copy.getImageData(0, 0, width, height).data;"
            " return [...d].filter((_, i) => i % 4 === 0); })()"
        )

    jo.run("document.querySelector('.switch input[type=checkbox]').click()")
    before = np.std(greys())
    jo.run(
        "(() => { const dial = document.querySelector('[aria-label=contrast]'); dial.value = 3;"
        " dial.dispatchEvent(new Event('input')); dial.dispatchEvent(new Event('change')); })()"
    )
    jo.saved()
    jo.wait_for("new Promise((done) => requestAnimationFrame(() => done(true)))")
    assert np.std(greys()) > 1.3 * before
    assert session.work(THRESHOLD).ends == {}
    assert (session.folder / "cathode/raw/S2.events.jsonl").read_text().count('"contrast":3') == 1


def test_handles_of_a_window_push_each_other_and_obey_keys(session, jo):
    jo.go(LARGE)
    jo.level(0, 100)
    jo.level(1, 150)
    assert session.state(LARGE)["ends"] == [[None, [100, 150]]]
    jo.level(0, 160)
    assert jo.levels() == [160, 160]
    jo.press("ArrowLeft", 37)
    assert jo.levels() == [159, 160]


def test_each_slice_of_seeds_has_its_own_window(session, jo):
    jo.go(SIX)
    slices = session.state(SIX)["slices"]
    for place, z in enumerate(slices):
        jo.level(0, 110)
        jo.level(1, 140 + z)
        assert jo.text(".where").startswith(f"xy  {z + 1} / 24")
        jo.proceed()
        if place < len(slices) - 1:
            jo.wait_for(f"document.querySelector('.chip.current').textContent === '{place + 2}'")
    jo.at(SIX + 1)
    stored = json.loads((session.folder / "cathode/raw/ML2.json").read_text())
    assert [(w["slice"], w["high"]) for w in stored["slices"]] == [(z, 140 + z) for z in slices]


def test_levels_that_leave_no_seeds_are_explained(session, jo):
    jo.go(LARGE)
    jo.level(1, 250)
    jo.proceed()
    jo.wait_for(
        "document.querySelector('.hint').textContent.includes('no seed of active material')"
    )
    assert not session.state(LARGE)["finished"]
    jo.problems.clear()  # Chromium reports each answer that is a refusal.


def test_a_stroke_is_painted_saved_undone_and_done_again(session, jo):
    jo.go(PAINTING)
    jo.brush(2, 3)
    jo.draw((3.5, 4.5), (7.5, 4.5))
    jo.saved()
    page = session.work(PAINTING).labels[12]
    # Within 1.5 pixels of a line of five: three rows, one further at either end.
    expected = np.zeros((20, 30), int)
    expected[3:6, 2:9] = 2
    assert (page == expected).all()
    assert jo.coverage() == pytest.approx(100 * 21 / 600, abs=0.05)
    jo.press("z", 90)
    jo.saved()
    assert not session.work(PAINTING).labels[12].any() and jo.coverage() == 0
    jo.press("y", 89, modifiers=2)
    jo.saved()
    assert (session.work(PAINTING).labels[12] == expected).all()
    jo.press("e", 69)
    jo.draw((3.5, 4.5), (3.5, 4.5))
    jo.saved()
    assert session.work(PAINTING).labels[12][4].sum() < expected[4].sum()


def test_strokes_of_an_earlier_day_can_be_undone(session, jo):
    jo.go(PAINTING)
    jo.brush(1, 1)
    jo.draw((20.5, 4.5), (25.5, 4.5))
    jo.saved()
    jo.begin(jo.address)
    jo.go(PAINTING)
    assert jo.coverage() == 1.0
    jo.press("z", 90)
    jo.wait_for("document.querySelector('.figure b').textContent.startsWith('0.0')")
    assert not session.work(PAINTING).labels[12].any()


def test_lines_and_pens_draw_too(session, jo):
    jo.go(PAINTING)
    jo.brush(1, 1)
    jo.press("l", 76)
    jo.draw((16.5, 2.5), (20.5, 9.5), (26.5, 2.5))
    jo.saved()
    assert np.flatnonzero(session.work(PAINTING).labels[12]).tolist() == list(range(76, 87))
    jo.press("b", 66)
    jo.draw((16.5, 12.5), (16.5, 15.5), pointer="pen")
    jo.saved()
    assert session.work(PAINTING).labels[12][12:16, 16].tolist() == [1, 1, 1, 1]


def test_runs_of_the_page_are_those_of_the_library(jo):
    mask = np.random.default_rng(1).random(400) < 0.4
    marks = json.dumps(mask.astype(int).tolist())
    found = jo.run(
        f"(async () => (await import('./strokes.js')).runsOf(Uint8Array.from({marks})))()"
    )
    assert found == runs_of(mask)


def test_a_fast_thin_stroke_leaves_no_gap(jo):
    marked = jo.run(
        "(async () => { const { cover } = await import('./strokes.js');"
        " const mask = new Uint8Array(900);"
        " cover(mask, 30, 30, [1.2, 2.9], [27.7, 24.1], 0.5); return [...mask]; })()"
    )
    rows, columns = np.nonzero(np.reshape(marked, (30, 30)))
    assert set(columns) == set(range(1, 28)) and set(rows) == set(range(2, 25))


def test_a_first_output_is_shown_and_corrected_slice_by_slice(session, jo):
    jo.go(PAINTING)
    assert jo.run("document.querySelectorAll('.chip')[1].disabled")
    jo.cover(SEEN)
    assert jo.text("aside .primary") == "Show the first output"
    jo.proceed()
    jo.wait_for("document.documentElement.dataset.firstOutput !== undefined")
    assert "classifier makes of your labels" in jo.text(".advice")
    output = session.work(PAINTING).outputs[6]
    assert np.mean(output == SEEN) > 0.9
    for z in (6, 18):
        jo.wait_for(f"document.querySelector('.where').textContent.startsWith('xy  {z + 1} /')")
        jo.cover(SEEN)
        jo.proceed()
    jo.wait_for("document.querySelectorAll('.dot.complete').length === 1")
    assert session.state(PAINTING)["finished"]
    assert (session.folder / "cathode/raw/MLX10.tif").exists()


def test_the_last_of_many_hasty_clicks_counts(session, jo):
    jo.run("document.querySelectorAll('button.step').forEach((step) => step.click())")
    jo.at(PAINTING)
    jo.brush(1, 3)
    jo.draw((20.5, 4.5), (25.5, 4.5))
    jo.saved()
    assert session.work(PAINTING).painted(12) == 24


def test_done_steps_are_locked_until_they_are_changed(session, jo):
    jo.level(0, 131)
    jo.proceed()
    jo.at(1)
    jo.go(0)
    jo.level(0, 131)
    before = session.state(0)["count"]
    jo.drag(jo.middle(".levels"))
    assert session.state(0)["count"] == before and jo.levels() == [131]
    assert jo.text("aside .primary") == "Change"
    jo.proceed()
    jo.wait_for("document.querySelector('aside .primary').textContent === 'Done'")
    jo.level(0, 140)
    jo.proceed()
    jo.at(1)
    assert json.loads((session.folder / "cathode/raw/S2.json").read_text())["level"] == 140


def test_two_tabs_cannot_destroy_each_others_work(session, jo):
    jo.go(PAINTING)
    jo.brush(1, 3)
    jo.draw((20.5, 4.5), (25.5, 4.5))
    jo.saved()
    painted = session.work(PAINTING).labels[12].copy()
    with Person(1280, 800) as other:
        other.begin(jo.address)
        assert "Another tab or window" in other.text("#banner")
        other.go(PAINTING)
        other.draw((2.5, 10.5), (25.5, 10.5))
        assert (session.work(PAINTING).labels[12] == painted).all()
        other.click("#banner button")
        other.wait_for("document.getElementById('banner').hidden")
        other.brush(2, 3)
        other.draw((2.5, 10.5), (8.5, 10.5))
        other.saved()
        both = session.work(PAINTING).labels[12].copy()
        assert (both == 2).any() and (both[painted > 0] == painted[painted > 0]).all()
        # The first tab has not heard of it yet; what it draws is refused, and it is told.
        jo.draw((2.5, 10.5), (25.5, 10.5))
        jo.wait_for("!document.getElementById('banner').hidden")
        assert (session.work(PAINTING).labels[12] == both).all()
        jo.reads(".figure b", f"{100 * np.count_nonzero(both) / 600:.1f}")
        assert other.problems == []
    jo.problems.clear()


def test_a_page_whose_program_is_gone_says_so_and_keeps_the_stroke(session, jo):
    jo.go(PAINTING)
    jo.brush(1, 3)
    jo.saved()
    jo.run("window.fetchOf = window.fetch; window.fetch = () => Promise.reject(new TypeError())")
    jo.draw((20.5, 4.5), (25.5, 4.5))
    jo.wait_for("document.getElementById('saved').textContent === 'Not saved'")
    assert "does not answer" in jo.text("#banner")
    # Nothing more can be drawn that might be lost.
    jo.draw((20.5, 9.5), (25.5, 9.5))
    assert jo.coverage() == pytest.approx(100 * 24 / 600, abs=0.05)
    assert session.work(PAINTING).painted(12) == 0
    jo.run("window.fetch = window.fetchOf")
    jo.saved()
    assert session.work(PAINTING).painted(12) == 24
    jo.wait_for("document.getElementById('banner').hidden")


def test_three_phases_have_two_levels_two_windows_and_three_colours(tmp_path, browser):
    session = session_in(tmp_path, "S2", "cWS", "MLX10", phases=THREE_PHASES)
    session.release(TAB)
    with served(session) as address:
        browser.begin(address)
        browser.level(0, 80)
        browser.level(1, 130)
        browser.proceed()
        browser.at(1)
        for place, level in enumerate((85, 95, 120, 150)):
            browser.level(place, level)
        browser.proceed()
        browser.at(2)
        names = browser.run("[...document.querySelectorAll('.paint')].map((b) => b.innerText)")
        browser.brush(3, 1)
        browser.draw((2.5, 2.5), (4.5, 2.5))
        browser.saved()
        browser.visit("about:blank")
    assert [name.split("\n")[0] for name in names] == [
        "Active material",
        "Carbon-binder domain",
        "Pore",
    ]
    assert session.work(2).labels[12][2, 2:5].tolist() == [3, 3, 3]
    stored = [json.loads((tmp_path / f"cathode/raw/{n}.json").read_text()) for n in ("S2", "cWS")]
    assert (stored[0]["lower_level"], stored[0]["level"]) == (80, 130)
    found = [stored[1][key] for key in ("lower_low", "lower_high", "low", "high")]
    assert found == [85, 95, 120, 150]


def test_nothing_of_anybody_else_is_shown(session, jo):
    paint_elsewhere = session_in(session.folder / "other")
    paint(paint_elsewhere, 12)
    said = json.dumps(session.overview()) + json.dumps(session.state(PAINTING))
    assert "simulated" not in said and "other" not in said
    assert session.state(PAINTING)["labels"] == {}
    assert {p.code for p in TWO_PHASES} == {1, 2} and example_image().any()
