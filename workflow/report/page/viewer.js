// The slice viewer: grey values, two segmentations over them, and where these differ.
//
// An image's labels come in chunks. A pixel of a chunk is one byte, the number of a combination of
// labels; each segmentation ("plane") of the chunk has a text with a digit for every byte: 1 for the
// first phase that can be looked at, usually active material, and 0 for none. Slices are deflated one by one and inflated when they are looked at.
"use strict";

(() => {
  const form = document.getElementById("viewer");
  if (!form) return;
  const images = JSON.parse(document.getElementById("viewer-index").textContent);
  const field = (name) => document.getElementById(`viewer-${name}`);
  const dataset = field("dataset"), filter = field("filter"), variant = field("variant");
  const first = field("first"), second = field("second");
  const phase = field("phase");
  const slice = field("slice"), strength = field("strength");
  // The truth is no user: its value is a text that no user can be called.
  const TRUTH = "";
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => {
    const hex = style.getPropertyValue(`--${name}`).trim();
    return [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
  };
  const COLOURS = {
    first: colour("only-first"),
    second: colour("only-second"),
    both: colour("both"),
    neither: colour("neither"),
  };

  let opened = { place: -1, pack: null, bytes: new Map() };
  let drawing = 0;

  function fill(select, options, wanted) {
    const kept = options.some(([value]) => value === wanted) ? wanted : options[0][0];
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value, false, value === kept)));
  }

  const place = () => images.findIndex((i) => i.dataset === dataset.value && i.filter === filter.value);
  const image = () => images[place()];
  const chosenVariant = () => image().variants.find((v) => v.name === variant.value);
  const nameOf = (user) => (user === TRUTH ? "the truth" : user);

  function pack() {
    if (opened.place !== place()) {
      const text = document.getElementById(`viewer-image-${place()}`).textContent;
      opened = { place: place(), pack: JSON.parse(text), bytes: new Map() };
    }
    return opened;
  }

  // Each choice offers what the choices before it allow, and keeps its value where it can.
  function offer() {
    const datasets = [...new Set(images.map((i) => i.dataset))];
    const origin = (name) => images.find((i) => i.dataset === name).origin;
    fill(dataset, datasets.map((name) => [name, `${name} (${origin(name)})`]), dataset.value);
    const filters = images.filter((i) => i.dataset === dataset.value);
    fill(filter, filters.map((i) => [i.filter, i.name]), filter.value);
    fill(variant, image().variants.map((v) => [v.name, v.name]), variant.value);
    const people = Object.keys(chosenVariant().users).map((name) => [name, name]);
    if (image().truth !== null) people.push([TRUTH, "the truth"]);
    // An empty choice has the value "", which is the truth's: only what was chosen is kept.
    const kept = (select) => (select.options.length ? select.value : undefined);
    fill(first, people, kept(first));
    const others = people.filter(([name]) => name !== first.value);
    fill(second, others.length ? others : people, kept(second));
    fill(phase, image().phases.map((name, n) => [String(n + 1), name]), phase.value);
    field("phase-label").hidden = image().phases.length < 2;
    const shown = image().slices;
    const wanted = slice.dataset.depth === undefined ? image().shape[0] / 2 : Number(slice.dataset.depth);
    slice.max = shown.length - 1;
    slice.value = nearest(shown, wanted);
  }

  function nearest(numbers, wanted) {
    let best = 0;
    numbers.forEach((n, i) => { if (Math.abs(n - wanted) < Math.abs(numbers[best] - wanted)) best = i; });
    return best;
  }

  // The labels of one segmentation in one slice: 1 where it is of the chosen phase.
  async function labels(source, variantName, user, at) {
    const wanted = phase.value;
    const isIt = (plane) => plane.user === user && plane.variant === (user === TRUTH ? "" : variantName);
    const number = source.pack.chunks.findIndex((chunk) => chunk.planes.some(isIt));
    const chunk = source.pack.chunks[number];
    const key = `${number}/${at}`;
    if (!source.bytes.has(key)) source.bytes.set(key, inflated(chunk.slices[at]));
    const bytes = await source.bytes.get(key);
    const digits = chunk.planes.find(isIt).phases;
    const lookup = Uint8Array.from(digits, (digit) => (digit === wanted ? 1 : 0));
    return bytes.map((code) => lookup[code]);
  }

  // The field of view of a slice, 1 inside; nothing where an image has no mask.
  async function fieldOfView(source, at) {
    if (!source.pack.inside) return null;
    const key = `inside/${at}`;
    if (!source.bytes.has(key)) source.bytes.set(key, inflated(source.pack.inside[at]));
    return source.bytes.get(key);
  }

  function painted(width, height, a, b, inside, alphaOf) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const pixels = new ImageData(width, height);
    const kinds = ["neither", "second", "first", "both"];
    for (let i = 0; i < a.length; i += 1) {
      const kind = kinds[2 * a[i] + b[i]];
      pixels.data.set(COLOURS[kind], 4 * i);
      pixels.data[4 * i + 3] = inside && !inside[i] ? 0 : alphaOf(kind);
    }
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    return canvas;
  }

  function show(name, width, height, layers) {
    const canvas = field(name);
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    layers.forEach((layer) => context.drawImage(layer, 0, 0));
  }

  const percent = (share) => `${(100 * share).toFixed(1)} %`;

  async function draw() {
    drawing += 1;
    const mine = drawing;
    const now = image(), source = pack(), at = Number(slice.value);
    const [height, width] = now.shape.slice(1);
    const grey = new Image();
    grey.src = `data:image/jpeg;base64,${source.pack.grey[at]}`;
    const [a, b, inside] = await Promise.all([
      labels(source, variant.value, first.value, at),
      labels(source, variant.value, second.value, at),
      fieldOfView(source, at),
      grey.decode(),
    ]);
    // Whoever scrolls on quickly sees the last slice only.
    if (mine !== drawing) return;
    const opacity = Math.round(2.55 * Number(strength.value));
    show("grey", width, height, [grey]);
    show("overlay", width, height, [grey, painted(width, height, a, b, inside, (kind) => (kind === "neither" ? 0 : kind === "both" ? opacity / 2 : opacity))]);
    show("difference", width, height, [painted(width, height, a, b, inside, () => 255)]);
    say(now, at, a, b, inside);
  }

  function say(now, at, a, b, inside) {
    const z = now.slices[at];
    const drawn = now.drawn.includes(z) ? ", users drew here" : "";
    const name = `${z} of 0 to ${now.shape[0] - 1}${drawn}`;
    field("slice-name").textContent = name;
    slice.setAttribute("aria-valuetext", `slice ${name}`);
    slice.dataset.depth = z;
    let sharesA = 0, sharesB = 0, different = 0;
    for (let i = 0; i < a.length; i += 1) {
      sharesA += a[i];
      sharesB += b[i];
      different += a[i] ^ b[i];
    }
    const pixels = inside ? inside.reduce((sum, here) => sum + here, 0) || 1 : a.length;
    const who = [first.value, second.value];
    const volume = who.map((user) => (user === TRUTH ? now.truth : chosenVariant().users[user]));
    const pair = chosenVariant().pairs.find(([x, y]) => who.includes(x) && who.includes(y));
    // The table of volume fractions is about active material, the first phase.
    const firstPhase = phase.value === "1";
    const whole = (value) => (firstPhase ? ` (whole volume ${percent(value)})` : "");
    const phaseName = now.phases[Number(phase.value) - 1];
    const parts = who.map((user, i) => `${nameOf(user)} ${percent((i ? sharesB : sharesA) / pixels)}${whole(volume[i])}`);
    let text = `${phaseName[0].toUpperCase()}${phaseName.slice(1)} in this slice: ${parts[0]}`;
    if (who[0] === who[1]) {
      text += `. Nobody else did ${variant.value} on this image, so there is nothing to compare.`;
    } else {
      text += `, ${parts[1]}. They differ in ${percent(different / pixels)} of its pixels`;
      text += pair && firstPhase ? ` (whole volume ${pair[2].toFixed(1)} %).` : ".";
    }
    field("status").textContent = text;
    field("both").textContent = phaseName;
    field("only-first").textContent = nameOf(who[0]);
    field("only-second").textContent = nameOf(who[1]);
    const where = `${now.dataset}, ${now.name}, slice ${z}`;
    const both = `${nameOf(who[0])} and ${nameOf(who[1])}`;
    const captions = {
      grey: `Grey values: ${where}`,
      overlay: `${variant.value} by ${both} over it`,
      difference: `Where ${both} differ`,
    };
    for (const [panel, caption] of Object.entries(captions)) {
      field(panel).setAttribute("aria-label", `${caption} (${where})`);
      field(`${panel}-caption`).textContent = caption;
    }
    const bar = field("bar");
    bar.style.width = `${(100 * now.bar_um) / now.width_um}%`;
    bar.firstElementChild.textContent = `${now.bar_um} µm`;
    form.dataset.shown = [now.dataset, now.filter, variant.value, ...who, z, ...(firstPhase ? [] : [phaseName])].join("|");
  }

  for (const select of [dataset, filter, variant, first, second, phase]) {
    select.addEventListener("change", () => { offer(); draw(); });
  }
  slice.addEventListener("input", draw);
  strength.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());

  // Start where there is most to see: the image with most variants.
  const most = images.reduce((best, i) => (i.variants.length > best.variants.length ? i : best));
  dataset.add(new Option("", most.dataset, false, true));
  filter.add(new Option("", most.filter, false, true));
  form.hidden = false;
  offer();
  draw();
})();
