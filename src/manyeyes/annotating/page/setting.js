// The screen of thresholds, windows and seeds: levels below, the image in three directions above.

import { planeOf } from "./api.js";
import { button, contrastDial, el, keep, shortcuts, toggle } from "./elements.js";
import { Levels, tableOf } from "./levels.js";
import { abgr, letMove, View } from "./view.js";
import { COLOURS, capital, explained, NAMES, SHORTCUTS } from "./words.js";

const AXES = [
  { axis: 0, name: "xy" },
  { axis: 1, name: "xz" },
  { axis: 2, name: "yz" },
];

export function settingScreen(app, state) {
  const { stage, panel, recorder, phases } = app;
  const three = state.slices === null;
  const codes = phases.map((phase) => phase.code).reverse(); // from the darkest
  const bands =
    state.kind === "threshold"
      ? [...codes.slice(0, -1).map((code) => (phases.length > 2 ? code : null)), codes.at(-1)]
      : codes.flatMap((code, i) => (i ? [null, code] : [code]));
  if (state.kind === "threshold") bands[0] = null;
  const ends = new Map(state.ends.map(([z, set]) => [z, set]));
  const begins = new Map(state.begins_at);
  let place = three ? null : (state.slices.find((z) => !ends.has(z)) ?? state.slices[0]);
  let table = null;
  let locked = app.readOnly || state.finished;

  // Views
  const grid = el("div", { class: three ? "views three" : "views" });
  stage.replaceChildren(grid);
  const at = state.shape.map((size) => Math.floor(size / 2));
  const views = (three ? AXES : AXES.slice(0, 1)).map(({ axis, name }) => {
    const box = el("div", { class: `view axis-${name}` });
    const holder = el("div", { class: "canvas" });
    const label = el("span", { class: "where" });
    box.append(holder, label);
    grid.append(box);
    const view = new View(holder, ["levels"]);
    view.axis = axis;
    view.label = label;
    view.pixelNm = state.voxel_size_nm;
    if (three) {
      const scrub = el("input", {
        type: "range", min: 0, max: state.shape[axis] - 1, value: at[axis], class: "scrub",
        "aria-label": `slice of the ${name} plane`,
      });
      scrub.addEventListener("input", () => turn(view, Number(scrub.value)));
      scrub.addEventListener("change", () => recorder.note("look", { axis, slice: at[axis] }));
      view.scrub = scrub;
      box.append(scrub);
    }
    letMove(view, { turn: three ? (by) => turn(view, at[axis] + by) : null });
    return view;
  });

  function turn(view, index) {
    at[view.axis] = Math.max(0, Math.min(state.shape[view.axis] - 1, index));
    if (view.scrub) view.scrub.value = at[view.axis];
    show(view);
    views.forEach(cross);
  }

  function cross(view) {
    if (!three) return;
    const [z, y, x] = at;
    view.lines = [{ x, y }, { x, y: z }, { x: y, y: z }][view.axis];
    if (!app.lines) view.lines = { x: null, y: null };
    view.draw();
  }

  async function show(view) {
    const index = three ? at[view.axis] : place;
    const wanted = (view.wanted = Symbol("plane"));
    const [bytes, mask] = await Promise.all([
      planeOf(state, view.axis, index),
      state.masked ? planeOf(state, view.axis, index, "masks") : null,
    ]);
    if (view.wanted !== wanted) return;
    const rest = state.shape.filter((_, axis) => axis !== view.axis);
    view.setSize(rest[1], rest[0]);
    view.bytes = bytes;
    view.mask = mask;
    view.setImage(bytes, mask);
    view.label.textContent =
      `${AXES[view.axis].name}  ${index + 1} / ${state.shape[view.axis]}`;
    paint(view);
    cross(view);
  }

  function paint(view) {
    if (view.bytes && table) view.colourBy("levels", view.bytes, table, view.mask);
    else if (view.bytes) view.clear("levels");
  }

  // Levels
  const dock = el("div", { class: "dock" });
  stage.append(dock);
  const names =
    state.kind === "threshold"
      ? codes.slice(1).map((code) => `Where ${NAMES.get(code)} begins`)
      : codes.slice(1).flatMap((code, i) => [
          `Where seeds of ${NAMES.get(codes[i])} end`,
          `Where seeds of ${NAMES.get(code)} begin`,
        ]);
  const levels = new Levels(dock, {
    bands,
    names,
    told(set, settled) {
      app.touched();
      ends.set(place, [...set]);
      colour();
      if (settled) recorder.add({ event: "set", slice: place, ends: [...set] });
      update();
    },
  });
  const legend = el("div", { class: "legend" });
  for (const code of [...new Set(bands)].filter((code) => code !== null)) {
    legend.append(el("span", { class: `key phase-${code}` }, capital(NAMES.get(code))));
  }
  if (state.kind !== "threshold") legend.append(el("span", { class: "key none" }, "Left out"));
  dock.append(legend);

  function colour() {
    const set = ends.get(place);
    table = set ? tableOf(set, bands, (code) => abgr(COLOURS.get(code))) : null;
    views.forEach(paint);
  }

  function goTo(z) {
    place = z;
    levels.set(ends.get(place) ?? begins.get(place));
    levels.bar.classList.toggle("untouched", !ends.has(place));
    colour();
    views.forEach(show);
    update();
    if (z !== null) recorder.note("slice", { slice: z });
    if (!locked) levels.focus();
  }

  // Panel
  const words = explained(state, phases);
  const chips = el("div", { class: "chips" });
  const done = button("", () => next(), "primary");
  const hint = el("p", { class: "hint" });
  const opacity = keep("levels-opacity", 0.45);
  const slider = el("input", {
    type: "range", min: 0.05, max: 1, step: 0.05, value: opacity.value, "aria-label": "opacity",
  });
  slider.addEventListener("input", () => {
    opacity.value = Number(slider.value);
    for (const view of views) {
      view.opacity.levels = opacity.value;
      view.draw();
    }
  });
  for (const view of views) view.opacity.levels = opacity.value;
  const shown = toggle("Colours", "V", true, (on) => {
    for (const view of views) {
      view.shown.levels = on;
      view.draw();
    }
  });
  const lines = toggle("Lines of the other slices", "", app.lines, (on) => {
    app.lines = on;
    views.forEach(cross);
  });
  panel.replaceChildren(
    el("p", { class: "over" }, app.placeOf(state)),
    el("h1", {}, words.heading),
    ...words.text.map((text) => el("p", {}, text)),
    chips,
    el("div", { class: "group" }, shown.element, el("label", { class: "row" }, "Opacity", slider),
      contrastDial(views, recorder), three ? lines.element : ""),
    shortcuts(SHORTCUTS.levels),
    el("div", { class: "bottom" }, hint, done),
  );

  function update() {
    levels.bar.classList.toggle("untouched", !ends.has(place));
    const left = (state.slices ?? [null]).filter((z) => !ends.has(z));
    chips.replaceChildren(
      ...(state.slices && state.slices.length > 1 ? state.slices : []).map((z, i) => {
        const chip = button(`${i + 1}`, () => goTo(z), "chip");
        chip.title = `slice ${z + 1}`;
        chip.classList.toggle("current", z === place);
        chip.classList.toggle("complete", ends.has(z));
        return chip;
      }),
    );
    locked = app.readOnly || state.finished;
    levels.lock(locked);
    const others = left.filter((z) => z !== place);
    if (state.finished) {
      done.textContent = "Change";
      hint.textContent = "This step is done.";
    } else {
      done.textContent = others.length && state.slices ? "Next slice" : "Done";
      hint.textContent = ends.has(place) ? "" : "Move a level to begin.";
    }
    done.disabled = app.readOnly || (!state.finished && !ends.has(place));
  }

  async function next() {
    if (state.finished) {
      await app.reopen(state);
      return;
    }
    const left = (state.slices ?? [null]).filter((z) => !ends.has(z));
    if (left.length) {
      goTo(left[0]);
      return;
    }
    done.disabled = true;
    await app.finish(state);
  }

  goTo(place);
  return {
    update,
    key(event) {
      if (event.key === "Enter" && !done.disabled) next();
      else if (event.key.toLowerCase() === "v") shown.flip();
      else if (event.key === "0") views.forEach((view) => view.fit());
      else if (event.key === "+" || event.key === "=") views.forEach((view) => view.zoomBy(1.25));
      else if (event.key === "-") views.forEach((view) => view.zoomBy(0.8));
      else return false;
      return true;
    },
    refused(message) {
      hint.textContent = capital(message);
      done.disabled = false;
    },
    close() {
      for (const view of views) view.close();
    },
  };
}
