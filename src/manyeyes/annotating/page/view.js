// A plane of the image on a canvas: crisp pixels, layers of colour above it, zoom and pan.

import { COLOURS } from "./words.js";

const LARGEST_ZOOM = 64;
const OUTSIDE = 0xff141414; // what lies outside the field of view
const ratio = () => window.devicePixelRatio || 1;

function buffer(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  return { canvas, context, image, pixels: new Uint32Array(image.data.buffer) };
}

// A colour as the canvas stores it: little-endian ABGR.
export function abgr([red, green, blue], alpha = 1) {
  return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

export class View {
  // `layers` names what may lie above the image, from below.
  constructor(holder, layers) {
    this.holder = holder;
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = -1;
    holder.append(this.canvas);
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.names = layers;
    this.opacity = Object.fromEntries(layers.map((name) => [name, 1]));
    this.shown = Object.fromEntries(layers.map((name) => [name, true]));
    this.lines = { x: null, y: null };
    this.contrast = 1;
    this.cursor = null;
    this.pixelNm = null;
    this.width = this.height = 0;
    this.zoom = 1;
    this.left = this.top = 0;
    this.fitted = true;
    this.sized = false;
    this.observer = new ResizeObserver(() => this.#resized());
    this.observer.observe(holder);
  }

  close() {
    this.observer.disconnect();
    this.canvas.remove();
  }

  setSize(width, height) {
    if (width === this.width && height === this.height) return;
    this.width = width;
    this.height = height;
    this.base = buffer(width, height);
    this.layers = Object.fromEntries(this.names.map((name) => [name, buffer(width, height)]));
    this.fitted = true;
    this.fit();
  }

  setImage(bytes, mask) {
    this.shownBytes = bytes;
    this.shownMask = mask;
    const { pixels } = this.base;
    // Contrast changes what is seen, about the middle grey, and nothing else.
    const greys = Uint32Array.from({ length: 256 }, (_, level) => {
      const grey = Math.max(0, Math.min(255, Math.round((level - 128) * this.contrast + 128)));
      return 0xff000000 | (grey << 16) | (grey << 8) | grey;
    });
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = mask && !mask[i] ? OUTSIDE : greys[bytes[i]];
    }
    this.base.context.putImageData(this.base.image, 0, 0);
    this.draw();
  }

  setContrast(contrast) {
    this.contrast = contrast;
    if (this.shownBytes) this.setImage(this.shownBytes, this.shownMask);
  }

  // Colours a whole layer by a table of 256 colours, from bytes of the same size.
  colourBy(name, bytes, table, mask) {
    const { pixels, image, context } = this.layers[name];
    for (let i = 0; i < pixels.length; i++) pixels[i] = mask && !mask[i] ? 0 : table[bytes[i]];
    context.putImageData(image, 0, 0);
    this.draw();
  }

  clear(name) {
    const layer = this.layers[name];
    layer.pixels.fill(0);
    layer.context.putImageData(layer.image, 0, 0);
    this.draw();
  }

  // Shows pixels of a layer that were changed in place within a rectangle.
  refresh(name, x0, y0, x1, y1) {
    const { context, image } = this.layers[name];
    context.putImageData(image, 0, 0, x0, y0, x1 - x0, y1 - y0);
    this.draw();
  }

  #resized() {
    this.sized = true;
    const box = this.holder.getBoundingClientRect();
    this.canvas.width = Math.max(1, Math.round(box.width * ratio()));
    this.canvas.height = Math.max(1, Math.round(box.height * ratio()));
    if (this.fitted) this.fit();
    else this.draw();
  }

  fit() {
    if (!this.width) return;
    const margin = 24 * ratio();
    const room = Math.min(
      (this.canvas.width - margin) / this.width,
      (this.canvas.height - margin) / this.height,
    );
    // Whole numbers of screen pixels look crispest, where they do not waste much room.
    const whole = Math.floor(room);
    this.zoom = whole >= 3 ? whole : Math.max(room, 0.05);
    this.left = Math.round((this.canvas.width - this.width * this.zoom) / 2);
    this.top = Math.round((this.canvas.height - this.height * this.zoom) / 2);
    this.fitted = true;
    this.draw();
  }

  // A place on the page, in pixels of the image; whole numbers are corners of pixels.
  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left) * ratio();
    const y = (event.clientY - box.top) * ratio();
    return [(x - this.left) / this.zoom, (y - this.top) / this.zoom];
  }

  zoomBy(factor, event) {
    const box = this.canvas.getBoundingClientRect();
    const x = event ? (event.clientX - box.left) * ratio() : this.canvas.width / 2;
    const y = event ? (event.clientY - box.top) * ratio() : this.canvas.height / 2;
    const zoom = Math.min(LARGEST_ZOOM * ratio(), Math.max(0.1, this.zoom * factor));
    this.left = x - ((x - this.left) * zoom) / this.zoom;
    this.top = y - ((y - this.top) * zoom) / this.zoom;
    this.zoom = zoom;
    this.#keepInSight();
  }

  panBy(x, y) {
    this.left += x * ratio();
    this.top += y * ratio();
    this.#keepInSight();
  }

  #keepInSight() {
    this.fitted = false;
    const edge = 40 * ratio();
    const { width, height } = this.canvas;
    this.left = Math.min(width - edge, Math.max(edge - this.width * this.zoom, this.left));
    this.top = Math.min(height - edge, Math.max(edge - this.height * this.zoom, this.top));
    this.draw();
  }

  draw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = null;
      if (this.base && this.sized) this.#draw();
    });
  }

  #draw() {
    const { context: c, canvas, zoom, left, top } = this;
    c.globalAlpha = 1;
    c.fillStyle = "#101010";
    c.fillRect(0, 0, canvas.width, canvas.height);
    c.imageSmoothingEnabled = zoom < 1;
    const box = [Math.round(left), Math.round(top), this.width * zoom, this.height * zoom];
    // Where the image lies, for whoever drives the page by a script.
    canvas.dataset.place = `${box[0] / ratio()} ${box[1] / ratio()} ${zoom / ratio()}`;
    c.drawImage(this.base.canvas, ...box);
    for (const name of this.names) {
      if (!this.shown[name]) continue;
      c.globalAlpha = this.opacity[name];
      c.drawImage(this.layers[name].canvas, ...box);
    }
    c.globalAlpha = 1;
    this.#drawLines(c, box);
    this.#drawBar(c);
    if (this.cursor) this.#drawCursor(c);
  }

  #drawLines(c, [x, y, width, height]) {
    c.strokeStyle = "rgb(255 255 255 / 35%)";
    c.lineWidth = ratio();
    c.setLineDash([6 * ratio(), 6 * ratio()]);
    c.beginPath();
    if (this.lines.x !== null) {
      const at = Math.round(x + (this.lines.x + 0.5) * this.zoom) + 0.5;
      c.moveTo(at, y);
      c.lineTo(at, y + height);
    }
    if (this.lines.y !== null) {
      const at = Math.round(y + (this.lines.y + 0.5) * this.zoom) + 0.5;
      c.moveTo(x, at);
      c.lineTo(x + width, at);
    }
    c.stroke();
    c.setLineDash([]);
  }

  #drawBar(c) {
    if (!this.pixelNm) return;
    const most = Math.min(160 * ratio(), this.canvas.width / 3);
    const umPerPixel = this.pixelNm / 1000 / this.zoom;
    const steps = [1, 2, 5].flatMap((n) => [0.01, 0.1, 1, 10, 100, 1000].map((p) => n * p));
    const um = Math.max(0, ...steps.filter((length) => length / umPerPixel <= most));
    if (!um) return;
    const length = um / umPerPixel;
    const x = 14 * ratio();
    const y = this.canvas.height - 16 * ratio();
    c.font = `${12 * ratio()}px system-ui, sans-serif`;
    const words = um >= 1 ? `${um} µm` : `${Math.round(um * 1000)} nm`;
    c.fillStyle = "rgb(0 0 0 / 60%)";
    const wide = Math.max(length, c.measureText(words).width) + 12 * ratio();
    c.fillRect(x - 6 * ratio(), y - 22 * ratio(), wide, 30 * ratio());
    c.fillStyle = "#f0f0f0";
    c.fillRect(x, y, length, 3 * ratio());
    c.fillText(words, x, y - 7 * ratio());
  }

  #drawCursor(c) {
    const { x, y, radius, code } = this.cursor;
    const at = [this.left + x * this.zoom, this.top + y * this.zoom];
    const wide = Math.max(radius * this.zoom, 2 * ratio());
    c.lineWidth = 3 * ratio();
    c.strokeStyle = "rgb(0 0 0 / 75%)";
    c.beginPath();
    c.arc(...at, wide, 0, 2 * Math.PI);
    c.stroke();
    c.lineWidth = 1.5 * ratio();
    c.strokeStyle = code ? `rgb(${COLOURS.get(code)?.join(" ") ?? "255 255 255"})` : "#ffffff";
    if (!code) c.setLineDash([4 * ratio(), 3 * ratio()]);
    c.stroke();
    c.setLineDash([]);
    if (this.cursor.from) {
      c.beginPath();
      c.moveTo(
        this.left + this.cursor.from[0] * this.zoom,
        this.top + this.cursor.from[1] * this.zoom,
      );
      c.lineTo(...at);
      c.stroke();
    }
  }
}

// Lets wheel, drag and two fingers zoom and pan a view; `draws` says whether a pointer draws.
export function letMove(view, { draws = () => false, turn = null } = {}) {
  const { canvas } = view;
  const fingers = new Map();
  let dragged = null;
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const by = event.deltaY || event.deltaX;
      if (turn && event.shiftKey) turn(Math.sign(by));
      else view.zoomBy(Math.exp(-Math.max(-60, Math.min(60, by)) / 240), event);
    },
    { passive: false },
  );
  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") fingers.set(event.pointerId, event);
    if (fingers.size < 2 && draws(event)) return;
    canvas.setPointerCapture(event.pointerId);
    dragged = event;
    canvas.classList.add("dragged");
  });
  canvas.addEventListener("pointermove", (event) => {
    if (fingers.size === 2 && fingers.has(event.pointerId)) {
      const [other] = [...fingers.values()].filter((f) => f.pointerId !== event.pointerId);
      const before = fingers.get(event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      const middle = {
        clientX: (event.clientX + other.clientX) / 2,
        clientY: (event.clientY + other.clientY) / 2,
      };
      view.panBy((event.clientX - before.clientX) / 2, (event.clientY - before.clientY) / 2);
      if (apart(before) > 0) view.zoomBy(apart(event) / apart(before), middle);
      fingers.set(event.pointerId, event);
    } else if (dragged && event.pointerId === dragged.pointerId) {
      view.panBy(event.clientX - dragged.clientX, event.clientY - dragged.clientY);
      dragged = event;
    }
  });
  const end = (event) => {
    fingers.delete(event.pointerId);
    if (dragged && event.pointerId === dragged.pointerId) dragged = null;
    canvas.classList.remove("dragged");
  };
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, end);
  return { fingers };
}
