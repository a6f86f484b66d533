// Which pixels a brush covers, and how a stroke is told to the computer.

// Marks in `mask` the pixels within `radius` of a line between two places; returns their bounds.
// The pixel under the brush always counts, so that the finest brush leaves no gaps.
export function cover(mask, width, height, [x0, y0], [x1, y1], radius) {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length2 = dx * dx + dy * dy;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - radius));
  const right = Math.min(width, Math.ceil(Math.max(x0, x1) + radius) + 1);
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius));
  const bottom = Math.min(height, Math.ceil(Math.max(y0, y1) + radius) + 1);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const px = x + 0.5 - x0;
      const py = y + 0.5 - y0;
      const along = length2 ? Math.max(0, Math.min(1, (px * dx + py * dy) / length2)) : 0;
      const ax = px - along * dx;
      const ay = py - along * dy;
      if (ax * ax + ay * ay <= radius * radius) mask[y * width + x] = 1;
    }
  }
  const steps = Math.max(1, Math.ceil(2 * Math.sqrt(length2)));
  for (let step = 0; step <= steps; step++) {
    const x = Math.floor(x0 + (dx * step) / steps);
    const y = Math.floor(y0 + (dy * step) / steps);
    if (x >= 0 && y >= 0 && x < width && y < height) mask[y * width + x] = 1;
  }
  return [left, top, Math.max(left, right), Math.max(top, bottom)];
}

// Start and length of each run of marked pixels, one after the other.
export function runsOf(mask) {
  const runs = [];
  let start = -1;
  for (let i = 0; i <= mask.length; i++) {
    const marked = i < mask.length && mask[i];
    if (marked && start < 0) start = i;
    else if (!marked && start >= 0) {
      runs.push(start, i - start);
      start = -1;
    }
  }
  return runs;
}

const MOST_PLACES = 2000;

// The way of a pen, to a tenth of a pixel; of a very long one, evenly chosen places.
export function pathOf(places) {
  const every = Math.ceil(places.length / MOST_PLACES);
  return places
    .filter((_, i) => i % every === 0 || i === places.length - 1)
    .flatMap(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
}
