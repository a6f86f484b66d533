// Small pieces that all screens are built of.

export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== ""));
  return element;
}

export function button(words, pressed, kind = "") {
  const element = el("button", { type: "button", class: kind }, words);
  element.addEventListener("click", (event) => pressed(event));
  return element;
}

// A switch with its key; `told` hears whether it is on.
export function toggle(words, key, on, told) {
  const box = el("input", { type: "checkbox", checked: on, role: "switch" });
  const element = el("label", { class: "row switch" }, words);
  if (key) element.append(el("kbd", {}, key));
  element.append(box);
  box.addEventListener("change", () => {
    told(box.checked);
    box.blur();
  });
  return {
    element,
    flip() {
      box.checked = !box.checked;
      told(box.checked);
    },
  };
}

// How strongly greys differ on the screen; kept from step to step, and noted, for it may matter.
export function contrastDial(views, recorder) {
  const kept = keep("contrast", 1);
  const dial = el("input", {
    type: "range", min: 0.5, max: 4, step: 0.1, value: kept.value, "aria-label": "contrast",
  });
  for (const view of views) view.setContrast(kept.value);
  dial.addEventListener("input", () => {
    kept.value = Number(dial.value);
    for (const view of views) view.setContrast(kept.value);
  });
  dial.addEventListener("change", () => recorder.note("display", { contrast: kept.value }));
  return el("label", { class: "row" }, "Contrast", dial);
}

export function shortcuts(pairs) {
  const list = el("dl", { class: "keys" });
  for (const [keys, meaning] of pairs) {
    const term = el("dt");
    for (const key of keys.split(" ")) term.append(el("kbd", {}, key));
    list.append(el("div", {}, term, el("dd", {}, meaning)));
  }
  const details = el("details", { class: "shortcuts", open: true }, el("summary", {}, "Keys"), list);
  const open = keep("keys-open", true);
  details.open = open.value;
  details.addEventListener("toggle", () => {
    open.value = details.open;
  });
  return details;
}

// A preference that outlives the page's screens, but not the page.
const kept = new Map();

export function keep(name, first) {
  if (!kept.has(name)) kept.set(name, { value: first });
  return kept.get(name);
}
