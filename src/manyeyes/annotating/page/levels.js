// A bar of grey levels with a handle for each level to set.

import { css } from "./words.js";

const DARKEST = 0;
const HIGHEST = 256;

// `bands` holds a phase's code, or null for what is left out, from dark to bright: one more than
// there are handles. `told(ends, settled)` hears every move, and whether it has come to rest.
export class Levels {
  constructor(holder, { bands, names, told }) {
    this.bands = bands;
    this.told = told;
    this.ends = names.map(() => 0);
    this.locked = false;
    this.bar = document.createElement("div");
    this.bar.className = "levels";
    this.canvas = document.createElement("canvas");
    this.canvas.width = HIGHEST;
    this.canvas.height = 3;
    this.bar.append(this.canvas);
    this.handles = names.map((name, i) => this.#handle(name, i));
    holder.append(this.bar);
    this.bar.addEventListener("pointerdown", (event) => this.#grab(event));
    this.bar.addEventListener("pointermove", (event) => this.#drag(event));
    for (const kind of ["pointerup", "pointercancel"]) {
      this.bar.addEventListener(kind, () => this.#drop());
    }
  }

  #handle(name, i) {
    const handle = document.createElement("div");
    handle.className = "handle";
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-label", name);
    handle.setAttribute("aria-valuemin", DARKEST);
    handle.setAttribute("aria-valuemax", HIGHEST);
    handle.append(document.createElement("output"));
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      const far = { PageUp: 10, PageDown: -10 }[event.key];
      if (this.locked || !(by || far) || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.#move(i, this.ends[i] + (far ?? by * (event.shiftKey ? 10 : 1)));
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.told(this.ends, true), 400);
    });
    this.bar.append(handle);
    return handle;
  }

  set(ends) {
    this.ends = [...ends];
    this.#draw();
  }

  lock(locked) {
    this.locked = locked;
    this.bar.classList.toggle("locked", locked);
  }

  focus() {
    this.handles.at(-1)?.focus({ preventScroll: true });
  }

  // A handle pushes the others before it.
  #move(i, level) {
    const ends = [...this.ends];
    ends[i] = Math.max(DARKEST, Math.min(HIGHEST, Math.round(level)));
    for (let j = i - 1; j >= 0; j--) ends[j] = Math.min(ends[j], ends[j + 1]);
    for (let j = i + 1; j < ends.length; j++) ends[j] = Math.max(ends[j], ends[j - 1]);
    this.set(ends);
    this.told(this.ends, false);
  }

  #levelAt(event) {
    const box = this.bar.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * HIGHEST;
  }

  #grab(event) {
    if (this.locked || event.button !== 0) return;
    event.preventDefault();
    const level = this.#levelAt(event);
    const far = this.ends.map((end) => Math.abs(end - level));
    const near = Math.min(...far);
    // Of handles on one place, that on the side of the pointer.
    const held = level > this.ends[far.indexOf(near)] ? far.lastIndexOf(near) : far.indexOf(near);
    this.held = held;
    this.bar.setPointerCapture(event.pointerId);
    this.handles[held].focus({ preventScroll: true });
    this.#move(held, level);
  }

  #drag(event) {
    if (this.held !== undefined) this.#move(this.held, this.#levelAt(event));
  }

  #drop() {
    if (this.held === undefined) return;
    this.held = undefined;
    this.told(this.ends, true);
  }

  #draw() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, HIGHEST, 3);
    for (let level = 0; level < HIGHEST; level++) {
      context.fillStyle = `rgb(${level} ${level} ${level})`;
      context.fillRect(level, 0, 1, 2);
      const code = this.bands[this.ends.filter((end) => level >= end).length];
      context.fillStyle = code === null ? "#2b2b2b" : css(code);
      context.fillRect(level, 2, 1, 1);
    }
    this.handles.forEach((handle, i) => {
      handle.style.left = `${(this.ends[i] / HIGHEST) * 100}%`;
      handle.setAttribute("aria-valuenow", this.ends[i]);
      handle.firstChild.textContent = this.ends[i];
    });
  }
}

// A table of 256 colours, one for each grey level, of what the levels mean.
export function tableOf(ends, bands, colourOf) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const code = bands[ends.filter((end) => level >= end).length];
    return code === null ? 0 : colourOf(code);
  });
}
