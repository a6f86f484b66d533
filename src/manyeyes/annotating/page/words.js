// What the page says, and the colours of phases.

// Okabe and Ito's colours, which people with any colour vision can tell apart, above grey too.
const BY_KEY = { active: [240, 160, 20], cbd: [0, 190, 140] };
const OTHER = [70, 175, 245];

export const COLOURS = new Map();
export const NAMES = new Map();

export function setPhases(phases) {
  for (const { code, key, name } of phases) {
    COLOURS.set(code, BY_KEY[key] ?? OTHER);
    NAMES.set(code, name);
  }
}

export const css = (code, alpha = 1) => `rgb(${COLOURS.get(code).join(" ")} / ${alpha})`;

export const capital = (text) => text[0].toUpperCase() + text.slice(1);

const place = (slices) => (slices.length === 1 ? "one slice" : `${slices.length} slices`);

// A step's name in the list, short.
export function shortName(step) {
  switch (step.kind) {
    case "threshold":
      return "Threshold";
    case "window":
      return `${capital(step.size)} window`;
    case "seeds":
      return step.slices ? `Seeds, ${place(step.slices)}` : "Seeds, whole image";
    default:
      return `Painting, ${step.coverage_percent}\u00a0%`;
  }
}

// The heading and the paragraphs that explain a step.
export function explained(step, phases) {
  const [active] = phases.map((phase) => phase.name);
  const rest = phases.at(-1).name;
  const third = phases.length > 2 ? phases[1].name : null;
  switch (step.kind) {
    case "threshold":
      return {
        heading: "Set the threshold",
        text: [
          third
            ? `Move the levels until the coloured areas are what you take for ${active} and for ` +
              `${third}. All darker voxels of the whole image are then ${rest}.`
            : `Move the level until the coloured area is what you take for ${active}. All ` +
              `brighter voxels of the whole image are then ${active}.`,
          "Look through the slices in all three directions before you decide. Use your own " +
            "judgement, as you would for your own work.",
        ],
      };
    case "window":
      return {
        heading: `Set a ${step.size} window`,
        text: [
          `Mark voxels that you are sure of as seeds: dark ones of ${rest}, bright ones of ` +
            `${active}${third ? `, and those between of ${third}` : ""}. The grey levels that ` +
            "you leave out are not coloured; a watershed will decide there.",
          step.size === "small"
            ? "In this step leave out only a small range of grey levels, so that the watershed " +
              "has few voxels to decide."
            : "In this step leave out a large range of grey levels: seed only what is beyond " +
              "doubt, and let the watershed decide the rest.",
        ],
      };
    case "seeds":
      return {
        heading: "Seed by grey levels",
        text: [
          `Mark voxels that you are sure of: dark ones as ${rest}, bright ones as ${active}` +
            `${third ? `, those between as ${third}` : ""}. A classifier learns from these seeds; ` +
            "what you leave out teaches it nothing.",
          step.slices === null
            ? "One setting holds for the whole image. Look through the slices in all directions."
            : step.slices.length > 1
              ? "Every slice has a setting of its own. Set each by what you see on it."
              : "The setting is made on this slice alone.",
        ],
      };
    default:
      return {
        heading: `Paint ${step.coverage_percent}\u00a0% of ${place(step.slices)}`,
        text: [
          `Paint what you are sure of on the slice: ${active}${third ? `, ${third}` : ""} and ` +
            `${rest}. A classifier learns from it. Cover ${step.coverage_percent}\u00a0% of the slice.`,
        ],
      };
  }
}

export const PAINTING_TEXT = {
  again:
    "So far only one phase is painted, and a classifier needs both. Go on with this slice.",
  lacking:
    "Only one phase is painted so far, and a classifier needs both. Paint the other if you see " +
    "it here, or go on with the next slice.",
  plain: "Paint this slice in the same way.",
  correct:
    "The tint shows what the classifier makes of your labels so far. Where it is wrong, paint " +
    "what is right; then go on painting until the slice is covered.",
};

export const SHORTCUTS = {
  levels: [
    ["← →", "level by 1"],
    ["Shift ← →", "level by 10"],
    ["Tab", "next level"],
    ["V", "colours on and off"],
    ["Wheel", "zoom"],
    ["Shift wheel", "through the slices"],
    ["Drag", "move the image"],
    ["0", "fit to the window"],
    ["Enter", "done"],
  ],
  painting: [
    ["X", "the other phase"],
    ["[ ]", "brush size"],
    ["Shift click", "line from the last place"],
    ["Wheel", "zoom"],
    ["Space drag", "move the image"],
    ["0", "fit to the window"],
    [", .", "look at slices nearby"],
    ["Enter", "go on"],
  ],
};
