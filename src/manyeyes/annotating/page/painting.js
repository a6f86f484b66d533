// The screen on which slices are painted, and a first output is corrected.

import { planeOf, tell, unpacked } from "./api.js";
import { button, contrastDial, el, keep, shortcuts, toggle } from "./elements.js";
import { cover, pathOf, runsOf } from "./strokes.js";
import { abgr, letMove, View } from "./view.js";
import { capital, COLOURS, explained, NAMES, PAINTING_TEXT, SHORTCUTS } from "./words.js";

const ERASE = 0;
const LARGEST_BRUSH = 80;
const MOST_UNDO = 500;

export async function paintingScreen(app, state) {
  const { stage, panel, recorder, phases } = app;
  const [, height, width] = state.shape;
  const codes = phases.map((phase) => phase.code);
  const labels = new Map();
  const outputs = new Map();
  for (const [z, text] of Object.entries(state.labels)) labels.set(Number(z), await unpacked(text));
  for (const [z, text] of Object.entries(state.outputs)) {
    outputs.set(Number(z), await unpacked(text));
  }
  const done = new Map(); // strokes made on this page, by slice, to be undone at once
  const undone = new Map();
  const undoable = new Map(Object.entries(state.undoable).map(([z, n]) => [Number(z), [...n]]));
  let status = state;
  let z = state.current;
  let near = 0; // how far from the slice the person looks
  let mask = null;
  let painted = 0;
  let stroke = null;
  let last = null; // where the last stroke ended
  let space = false;
  let penSeen = false;
  const tool = keep("tool", "brush");
  const code = keep("code", codes[0]);
  const size = keep("size", 7);

  // View
  const holder = el("div", { class: "canvas painting" });
  const where = el("span", { class: "where" });
  stage.replaceChildren(
    el("div", { class: "views" }, el("div", { class: "view axis-xy" }, holder, where)),
  );
  const view = new View(holder, ["output", "labels"]);
  view.pixelNm = state.voxel_size_nm;
  view.setSize(width, height);
  const colours = new Uint32Array(256);
  for (const each of codes) colours[each] = abgr(COLOURS.get(each));

  const locked = () => app.readOnly || state.finished || near !== 0 || app.lost;
  const draws = (event) => {
    if (event.pointerType === "pen") penSeen = true;
    if (space || locked() || !status.paintable.includes(z)) return false;
    if (event.pointerType === "touch") return !penSeen;
    return event.button === 0 || (event.pointerType === "pen" && event.button === 5);
  };
  letMove(view, { draws, turn: (by) => look(near + by) });

  async function show() {
    const index = Math.max(0, Math.min(state.shape[0] - 1, z + near));
    const wanted = (view.wanted = Symbol("plane"));
    const [bytes, inside] = await Promise.all([
      planeOf(state, 0, index),
      state.masked ? planeOf(state, 0, index, "masks") : null,
    ]);
    if (view.wanted !== wanted) return;
    view.setImage(bytes, inside);
    if (near === 0) mask = inside;
    colourLabels();
    where.textContent =
      `xy  ${index + 1} / ${state.shape[0]}` + (near ? "  only to look at; . and , go back" : "");
    holder.classList.toggle("looking", near !== 0);
  }

  function colourLabels() {
    view.shown.labels = near === 0 && labelsShown.on;
    view.shown.output = near === 0 && outputShown.on && outputs.has(z);
    view.colourBy("labels", page(), colours, null);
    const output = outputs.get(z);
    if (output) colourOutput(output);
  }

  // A tint with a brighter rim around all but the darkest phase, seen at any opacity.
  function colourOutput(output) {
    const layer = view.layers.output;
    const tint = new Uint32Array(256);
    for (const each of codes) tint[each] = abgr(COLOURS.get(each), 0.55);
    const darkest = codes.at(-1);
    for (let i = 0, y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const here = output[i];
        const rim =
          here !== darkest &&
          ((x > 0 && output[i - 1] !== here) ||
            (x + 1 < width && output[i + 1] !== here) ||
            (y > 0 && output[i - width] !== here) ||
            (y + 1 < height && output[i + width] !== here));
        layer.pixels[i] = rim ? colours[here] : tint[here];
      }
    }
    layer.context.putImageData(layer.image, 0, 0);
    view.draw();
  }

  function page() {
    if (!labels.has(z)) labels.set(z, new Uint8Array(width * height));
    return labels.get(z);
  }

  function count() {
    painted = 0;
    for (const each of page()) if (each) painted++;
  }

  // Strokes
  const radiusOf = () => Math.max(size.value / 2, 0.5);
  const codeOf = (event) =>
    tool.value === "eraser" || (event.pointerType === "pen" && event.buttons & 32)
      ? ERASE
      : code.value;

  view.canvas.addEventListener("pointerdown", (event) => {
    if (stroke && event.pointerType === "touch") {
      take(stroke);
      stroke = null;
      return;
    }
    if (near !== 0 && !space && event.button === 0 && !app.readOnly) {
      look(0);
      return;
    }
    if (stroke || !draws(event)) return;
    event.preventDefault();
    view.canvas.setPointerCapture(event.pointerId);
    const at = view.placeOf(event);
    stroke = {
      pointer: event.pointerId,
      began: performance.now(),
      code: codeOf(event),
      tool: tool.value === "line" || event.shiftKey ? "line" : tool.value,
      mask: new Uint8Array(width * height),
      before: page().slice(),
      places: [at],
      radius: radiusOf(),
    };
    if (event.shiftKey && last && tool.value !== "line") {
      stroke.places = [last, at];
      stretch(last, at);
    } else if (stroke.tool !== "line") stretch(at, at);
    point(event);
  });

  view.canvas.addEventListener("pointermove", (event) => {
    if (stroke && event.pointerId === stroke.pointer && stroke.tool !== "line") {
      const each = event.getCoalescedEvents?.() ?? [];
      for (const one of each.length ? each : [event]) {
        const at = view.placeOf(one);
        stretch(stroke.places.at(-1), at);
        stroke.places.push(at);
      }
    }
    point(event);
  });

  view.canvas.addEventListener("pointerleave", () => {
    view.cursor = null;
    view.draw();
  });
  view.canvas.addEventListener("pointerup", end);
  view.canvas.addEventListener("pointercancel", (event) => {
    if (!stroke || event.pointerId !== stroke.pointer) return;
    take(stroke);
    stroke = null;
  });

  function end(event) {
    if (!stroke || event.pointerId !== stroke.pointer) return;
    const finished = stroke;
    if (finished.tool === "line" && finished.places.length === 1) {
      const at = view.placeOf(event);
      finished.places.push(at);
      stretch(finished.places[0], at);
    }
    stroke = null;
    last = finished.places.at(-1);
    keepStroke(finished);
    point(event);
  }

  function point(event) {
    const [x, y] = view.placeOf(event);
    const from = stroke?.tool === "line" && stroke.places.length === 1 ? stroke.places[0] : null;
    const idle = space || !status.paintable.includes(z) || locked();
    view.cursor = idle ? null : { x, y, radius: radiusOf(), code: codeOf(event), from };
    view.canvas.classList.toggle("grab", idle);
    view.draw();
  }

  // Paints what lies between two places.
  function stretch(from, to) {
    const now = stroke;
    const [x0, y0, x1, y1] = cover(now.mask, width, height, from, to, now.radius);
    const target = page();
    const { pixels } = view.layers.labels;
    for (let y = y0; y < y1; y++) {
      for (let i = y * width + x0; i < y * width + x1; i++) {
        if (!now.mask[i] || target[i] === now.code) continue;
        if (mask && !mask[i]) {
          now.mask[i] = 0;
          continue;
        }
        painted += (now.code ? 1 : 0) - (target[i] ? 1 : 0);
        target[i] = now.code;
        pixels[i] = colours[now.code];
      }
    }
    if (x1 > x0 && y1 > y0) view.refresh("labels", x0, y0, x1, y1);
    showCoverage();
  }

  // Takes a stroke back that was broken off.
  function take(broken) {
    page().set(broken.before);
    count();
    colourLabels();
    showCoverage();
  }

  function keepStroke(made) {
    const changed = [];
    for (let i = 0; i < made.mask.length; i++) {
      if (made.mask[i] && mask && !mask[i]) made.mask[i] = 0;
      if (made.mask[i] && made.before[i] !== made.code) changed.push(i);
    }
    if (!changed.length) return;
    const where = Uint32Array.from(changed);
    const before = Uint8Array.from(where, (i) => made.before[i]);
    const marks = new Uint8Array(width * height);
    for (const i of where) marks[i] = 1;
    stackOf(done).push({ where, before, code: made.code });
    if (stackOf(done).length > MOST_UNDO) stackOf(done).shift();
    undone.set(z, []);
    countOf(z)[0] += 1;
    countOf(z)[1] = 0;
    app.touched();
    recorder.add({
      event: "stroke",
      slice: z,
      code: made.code,
      runs: runsOf(marks),
      tool: made.tool,
      size: size.value,
      seconds: Math.round(performance.now() - made.began) / 1000,
      path: pathOf(made.places),
    });
    update();
  }

  const stackOf = (stacks) => {
    if (!stacks.has(z)) stacks.set(z, []);
    return stacks.get(z);
  };
  const countOf = (slice) => {
    if (!undoable.has(slice)) undoable.set(slice, [0, 0]);
    return undoable.get(slice);
  };

  async function back() {
    const left = countOf(z);
    if (locked() || stroke || !left[0]) return;
    left[0] -= 1;
    left[1] += 1;
    const step = stackOf(done).pop();
    if (step) {
      step.where.forEach((i, n) => (page()[i] = step.before[n]));
      stackOf(undone).push(step);
    }
    await changedBy("undo", step);
  }

  async function forth() {
    const left = countOf(z);
    if (locked() || stroke || !left[1]) return;
    left[0] += 1;
    left[1] -= 1;
    const step = stackOf(undone).pop();
    if (step) {
      step.where.forEach((i) => (page()[i] = step.code));
      stackOf(done).push(step);
    }
    await changedBy("redo", step);
  }

  async function changedBy(event, step) {
    app.touched();
    recorder.add({ event, slice: z });
    if (step) {
      colourLabels();
      count();
      update();
    } else {
      // It was made before this page was opened, so only the computer knows what it changed.
      await recorder.flushed();
      await app.open(state.number);
    }
  }

  // Slices
  function goTo(slice) {
    z = slice;
    near = 0;
    last = null;
    count();
    show();
    update();
    recorder.note("slice", { slice });
  }

  function look(distance) {
    near = Math.max(-z, Math.min(state.shape[0] - 1 - z, distance));
    recorder.note("look", { axis: 0, slice: z + near });
    show();
  }

  // Panel
  const words = explained(state, phases);
  const advice = el("p", { class: "advice" });
  const chips = el("div", { class: "chips" });
  const meter = el("div", { class: "meter", role: "progressbar", "aria-label": "coverage" });
  const filled = el("div", { class: "filled" });
  const goal = el("div", { class: "goal" });
  meter.append(filled, goal);
  const figure = el("p", { class: "figure" });
  const tools = [
    ["brush", "Brush", "B"],
    ["line", "Line", "L"],
    ["eraser", "Eraser", "E"],
  ].map(([name, title, key]) => {
    const one = button(title, () => choose(name), "tool");
    one.append(el("kbd", {}, key));
    one.dataset.tool = name;
    return one;
  });
  const paints = codes.map((each, i) => {
    const one = button(capital(NAMES.get(each)), () => pick(each), "paint");
    one.prepend(el("i", { class: `swatch phase-${each}` }));
    one.append(el("kbd", {}, `${i + 1}`));
    one.dataset.code = each;
    return one;
  });
  const wide = el("input", {
    type: "range", min: 1, max: LARGEST_BRUSH, value: size.value, "aria-label": "brush size",
  });
  const wideNow = el("output", {}, `${size.value}`);
  wide.addEventListener("input", () => resize(Number(wide.value)));
  const undo = button("Undo", back);
  undo.append(el("kbd", {}, "Z"));
  const redo = button("Redo", forth);
  redo.append(el("kbd", {}, "⇧Z"));
  const labelsShown = { on: true };
  const outputShown = { on: true };
  const showLabels = toggle("Labels", "V", true, (on) => {
    labelsShown.on = on;
    colourLabels();
  });
  const showOutput = toggle("First output", "O", true, (on) => {
    outputShown.on = on;
    colourLabels();
  });
  const dials = [
    ["labels", "labels-opacity", 0.65],
    ["output", "output-opacity", 0.35],
  ].map(([layer, name, first]) => {
    const kept = keep(name, first);
    view.opacity[layer] = kept.value;
    const dial = el("input", {
      type: "range", min: 0.05, max: 1, step: 0.05, value: kept.value,
      "aria-label": `opacity of ${layer}`,
    });
    dial.addEventListener("input", () => {
      kept.value = view.opacity[layer] = Number(dial.value);
      view.draw();
    });
    return dial;
  });
  showLabels.element.lastChild.before(dials[0]);
  showOutput.element.lastChild.before(dials[1]);
  const layers = el("div", { class: "group" }, showLabels.element);
  if (outputs.size) layers.append(showOutput.element);
  layers.append(contrastDial([view], recorder));
  const next = button("", go, "primary");
  const hint = el("p", { class: "hint" });
  panel.replaceChildren(
    el("p", { class: "over" }, app.placeOf(state)),
    el("h1", {}, words.heading),
    advice,
    chips,
    meter,
    figure,
    el("div", { class: "group paints" }, ...paints),
    el("div", { class: "group" },
      el("div", { class: "pair" }, ...tools),
      el("label", { class: "row" }, "Size", wide, wideNow),
      el("div", { class: "pair" }, undo, redo)),
    layers,
    shortcuts(SHORTCUTS.painting),
    el("div", { class: "bottom" }, hint, next),
  );

  function choose(name) {
    tool.value = name;
    update();
  }

  function pick(each) {
    code.value = each;
    if (tool.value === "eraser") tool.value = "brush";
    update();
  }

  function resize(to) {
    size.value = Math.max(1, Math.min(LARGEST_BRUSH, Math.round(to)));
    wide.value = size.value;
    wideNow.textContent = size.value;
    if (view.cursor) {
      view.cursor.radius = radiusOf();
      view.draw();
    }
  }

  const paintedOn = (slice) => {
    if (slice === z) return painted;
    return labels.has(slice) ? labels.get(slice).reduce((n, each) => n + (each ? 1 : 0), 0) : 0;
  };
  const hasBoth = () =>
    [codes[0], codes.at(-1)].every((each) => [...labels.values()].some((p) => p.includes(each)));
  const isCovered = (slice) => paintedOn(slice) >= state.wanted[slice];

  function showCoverage() {
    const share = (100 * painted) / state.pixels[z];
    const target = state.coverage_percent;
    const full = Math.min(100, Math.max(1.6 * target, 1.1 * share));
    filled.style.width = `${(100 * share) / full}%`;
    goal.style.left = `${(100 * target) / full}%`;
    const reached = painted >= state.wanted[z];
    meter.classList.toggle("complete", reached);
    meter.setAttribute("aria-valuenow", share.toFixed(1));
    figure.replaceChildren(
      el("b", {}, `${share.toFixed(1)}\u00a0%`),
      ` of ${target}\u00a0% painted` +
        (share > 1.25 * target && share > target + 3 ? "; more than asked for" : ""),
    );
    const onlyThis = reached !== showCoverage.reached;
    showCoverage.reached = reached;
    if (onlyThis) updateButton();
  }

  function update() {
    for (const one of tools) one.classList.toggle("chosen", one.dataset.tool === tool.value);
    for (const one of paints) {
      const chosen = Number(one.dataset.code) === code.value && tool.value !== "eraser";
      one.classList.toggle("chosen", chosen);
    }
    const [back_, forth_] = countOf(z);
    undo.disabled = locked() || !back_;
    redo.disabled = locked() || !forth_;
    chips.replaceChildren(
      ...(state.slices.length > 1 ? state.slices : []).map((slice, i) => {
        const chip = button(`${i + 1}`, () => goTo(slice), "chip");
        chip.title = `slice ${slice + 1}`;
        chip.classList.toggle("current", slice === z);
        chip.classList.toggle("complete", isCovered(slice));
        chip.disabled = !status.paintable.includes(slice);
        return chip;
      }),
    );
    const first = z === state.slices[0];
    if (outputs.has(z)) advice.textContent = PAINTING_TEXT.correct;
    else if (first) advice.textContent = words.text[0];
    else if (state.corrections) advice.textContent = PAINTING_TEXT.again;
    else advice.textContent = PAINTING_TEXT.plain;
    showCoverage();
    updateButton();
  }

  function updateButton() {
    next.classList.remove("busy");
    hint.classList.remove("wrong");
    if (state.finished) {
      next.textContent = "Change";
      next.disabled = app.readOnly;
      hint.textContent = "This step is done.";
      return;
    }
    const open = state.slices.filter((slice) => !isCovered(slice));
    if (!isCovered(z)) hint.textContent = "";
    else if (status.missing && !open.length) hint.textContent = capital(status.missing);
    else if (state.corrections && !outputs.size && !hasBoth()) {
      hint.textContent = PAINTING_TEXT.lacking;
    } else hint.textContent = "This slice is covered.";
    if (!open.length) next.textContent = "Done";
    else if (state.corrections && !outputs.size && (hasBoth() || !isCovered(z))) {
      next.textContent = "Show the first output";
    } else next.textContent = "Next slice";
    next.disabled = app.readOnly || !isCovered(z);
  }

  async function go() {
    if (state.finished) {
      await app.reopen(state);
      return;
    }
    if (next.disabled) return;
    next.disabled = true;
    await recorder.flushed();
    if (recorder.stopped) return;
    if (status.output_due) {
      await firstOutput();
      return;
    }
    const after = [...state.slices.slice(state.slices.indexOf(z) + 1), ...state.slices];
    const open = after.find((slice) => !isCovered(slice) && status.paintable.includes(slice));
    if (open !== undefined) goTo(open);
    else if (status.missing) {
      update();
      hint.textContent = capital(status.missing);
      hint.classList.add("wrong");
    } else await app.finish(state);
  }

  async function firstOutput() {
    const began = performance.now();
    next.classList.add("busy");
    hint.textContent = "The classifier learns from your labels …";
    try {
      const fresh = await tell(`steps/${state.number}/output`, { count: recorder.count });
      fresh.current = state.slices.find((slice) => String(slice) in fresh.outputs);
      await app.open(state.number, fresh);
      const seconds = Math.round(performance.now() - began) / 1000;
      document.documentElement.dataset.firstOutput = seconds;
      app.recorder.note("display", { first_output_seconds: seconds });
    } catch (error) {
      update();
      hint.textContent = capital(error.message);
      hint.classList.add("wrong");
      if (error.kind === "other tab" || error.kind === "out of date") app.refusedBy(error);
    }
  }

  goTo(z);
  return {
    update,
    saved(answer) {
      status = { ...status, ...answer };
      updateButton();
      chips.childNodes.forEach((chip, i) => {
        chip.disabled = !status.paintable.includes(state.slices[i]);
      });
    },
    key(event) {
      const key = event.key.toLowerCase();
      const command = event.ctrlKey || event.metaKey;
      if (key === "z" && event.shiftKey) forth();
      else if (key === "z") back();
      else if (key === "y" && command) forth();
      else if (command) return false;
      else if (event.code === "Space") space = true;
      else if (key === "enter") go();
      else if (key === "b") choose("brush");
      else if (key === "l") choose("line");
      else if (key === "e") choose("eraser");
      else if (key === "x") pick(codes[(codes.indexOf(code.value) + 1) % codes.length]);
      else if (codes[Number(key) - 1] !== undefined) pick(codes[Number(key) - 1]);
      else if (key === "[") resize(size.value < 12 ? size.value - 1 : size.value * 0.87);
      else if (key === "]") resize(size.value < 12 ? size.value + 1 : size.value * 1.15);
      else if (key === "v") showLabels.flip();
      else if (key === "o" && outputs.size) showOutput.flip();
      else if (key === "0") view.fit();
      else if (key === "+" || key === "=") view.zoomBy(1.25);
      else if (key === "-") view.zoomBy(0.8);
      else if (key === ",") look(near - 1);
      else if (key === ".") look(near + 1);
      else if (key === "escape" && near) look(0);
      else return false;
      return true;
    },
    keyup(event) {
      if (event.code === "Space") space = false;
    },
    refused(message) {
      update();
      hint.textContent = capital(message);
      hint.classList.add("wrong");
    },
    close() {
      view.close();
    },
  };
}
