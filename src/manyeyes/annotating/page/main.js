// The page as a whole: which step is open, what is saved, and who may work.

import { ask, leave, Recorder, Refused, tell } from "./api.js";
import { button, el } from "./elements.js";
import { paintingScreen } from "./painting.js";
import { settingScreen } from "./setting.js";
import { css, setPhases, shortName } from "./words.js";

const LOOK_MS = 5000;
const byId = (id) => document.getElementById(id);

const app = {
  stage: byId("stage"),
  panel: byId("panel"),
  readOnly: true,
  lost: false,
  lines: true,
  phases: [],
  steps: [],
  number: null,
  screen: null,
  recorder: null,
  opening: Promise.resolve(),
  turn: 0, // how often it was said who works; older answers to that question count no more

  placeOf: (step) => `${step.dataset}, ${step.filter}`,

  touched() {
    byId("saved").textContent = "Saving …";
    byId("saved").className = "";
  },

  // Opens a step, with its state if that is known; one after the other, however fast one clicks.
  open(number, known = null) {
    const opened = app.opening.then(() => app.openNow(number, known));
    app.opening = opened.catch((error) => sayProblem(error));
    return opened;
  },

  async openNow(number, known) {
    // A state that is read before the last events are taken in is out of date at once.
    await app.recorder?.flushed();
    const state = known ?? (await stateOf(number));
    app.screen?.close();
    if (app.recorder) app.recorder.stopped = true;
    app.number = number;
    app.steps[number] = { ...app.steps[number], ...state };
    app.recorder = new Recorder(number, state.count, heard);
    app.recorder.quiet = state.finished;
    app.recorder.stopped = app.readOnly;
    app.recorder.note("open");
    const screen = state.kind === "painting" ? paintingScreen : settingScreen;
    app.screen = null;
    app.screen = await screen(app, state);
    document.documentElement.dataset.step = number;
    listSteps();
  },

  go: (number) => app.open(number),

  async finish(state) {
    app.recorder.add({ event: "finish" });
    await app.recorder.flushed();
    if (app.recorder.stopped) return;
    app.steps[state.number].finished = true;
    const next = app.steps.findIndex((step, i) => i > state.number && !step.finished);
    const open = next >= 0 ? next : app.steps.findIndex((step) => !step.finished);
    if (open < 0) {
      await app.open(state.number);
      sayDone();
    } else await app.open(open);
  },

  async reopen(state) {
    app.recorder.add({ event: "reopen" });
    await app.recorder.flushed();
    if (!app.recorder.stopped) await app.open(state.number);
  },

  refusedBy(error) {
    heard.refused(error);
  },
};

// Asks for the state of a step until the program answers.
async function stateOf(number) {
  for (;;) {
    try {
      const state = await ask(`steps/${number}`);
      if (!app.recorder?.waiting.length) setLost(false);
      return state;
    } catch (error) {
      if (error instanceof Refused) throw error;
      setLost(true);
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

const heard = {
  saving() {
    if (!app.lost) app.touched();
  },
  saved(answer, recorder) {
    setLost(false);
    if (recorder !== app.recorder) return; // it was another step's
    byId("saved").textContent = "Saved";
    byId("saved").className = "good";
    const step = app.steps[app.number];
    Object.assign(step, { share: answer.share, finished: answer.finished });
    app.screen?.saved?.(answer);
    listSteps();
  },
  lost(error) {
    setLost(true, error instanceof Refused ? error.message : null);
  },
  async refused(error, recorder = app.recorder) {
    if (recorder !== app.recorder && error.kind !== "other tab") return;
    app.turn += 1;
    if (error.kind === "other tab" && !app.readOnly) await setReadOnly(true);
    else await app.open(app.number);
    if (error.kind !== "other tab") app.screen.refused(error.message);
  },
};

// Who may work

function setLost(lost, why = null) {
  if (app.lost === lost) return;
  app.lost = lost;
  byId("saved").textContent = lost ? "Not saved" : "Saved";
  byId("saved").className = lost ? "bad" : "good";
  showBanner(why);
  app.screen?.update();
}

async function setReadOnly(readOnly) {
  app.turn += 1;
  const changed = app.readOnly !== readOnly;
  app.readOnly = readOnly;
  if (readOnly) showBanner();
  if (changed && app.number !== null) await app.open(app.number);
  showBanner();
}

function showBanner(why = null) {
  const banner = byId("banner");
  banner.hidden = !app.lost && !app.readOnly;
  if (app.lost) {
    const gone =
      "The program behind this page does not answer. What is marked as saved is safe. Start it " +
      "again in the terminal with the same command, and use the page that it opens.";
    banner.replaceChildren(el("span", {}, why ?? gone));
  } else if (app.readOnly) {
    banner.replaceChildren(
      el("span", {}, "Another tab or window is working on this sitting, so this one only shows it."),
      button("Work here instead", () => claim(true), "small"),
    );
  }
}

async function claim(take = false) {
  const { works } = await tell("tab", { take });
  await setReadOnly(!works);
}

async function lookAgain() {
  const { turn } = app;
  try {
    const { works } = await tell("tab", {});
    if (turn !== app.turn) return;
    if (app.lost && !app.recorder?.waiting.length) setLost(false);
    if (works === app.readOnly) await setReadOnly(!works);
  } catch {
    setLost(true);
  }
}

// The list of steps

function listSteps() {
  const list = byId("steps");
  const groups = [];
  let image = null;
  app.steps.forEach((step, number) => {
    if (app.placeOf(step) !== image) {
      image = app.placeOf(step);
      groups.push(el("h2", {}, image));
    }
    const one = button("", () => app.go(number), "step");
    const share = step.finished ? 1 : step.share;
    const dot = el("i", { class: step.finished ? "dot complete" : "dot" });
    dot.style.setProperty("--share", share);
    one.append(dot, el("span", {}, shortName(step)));
    one.append(el("small", {}, Object.keys(step.variants).join(" ")));
    if (number === app.number) {
      one.classList.add("current");
      one.setAttribute("aria-current", "step");
    }
    groups.push(one);
  });
  const top = list.scrollTop;
  list.replaceChildren(...groups);
  list.scrollTop = top;
  list.querySelector(".current")?.scrollIntoView({ block: "nearest" });
  const finished = app.steps.filter((step) => step.finished).length;
  byId("whole").firstElementChild.style.width = `${(100 * finished) / app.steps.length}%`;
  byId("whole").setAttribute("aria-valuenow", finished);
  byId("whole").setAttribute("aria-valuemax", app.steps.length);
  byId("counted").textContent = `${finished} of ${app.steps.length} steps done`;
}

// Dialogues

function say(...children) {
  const dialog = byId("dialog");
  dialog.replaceChildren(...children);
  if (!dialog.open) dialog.showModal();
}

function sayHello(session) {
  const begun = app.steps.some((step) => step.begun || step.finished);
  const close = button(begun ? "Go on" : "Begin", () => byId("dialog").close(), "primary");
  const again =
    session.sitting > 1
      ? [`This is your sitting ${session.sitting}. Do everything anew, without looking up what ` +
          "you did before: the difference is what is measured."]
      : [];
  say(
    el("h1", {}, session.title),
    el("p", {}, `Hello ${session.user}. There are ${app.steps.length} steps. In each you segment ` +
      "an image by one method, as you would for your own work."),
    ...again.map((text) => el("p", {}, text)),
    el("p", {}, "Work in the order of the list if you can. Every stroke and setting is saved at " +
      "once: you may stop at any time, and go on another day with the same command."),
    el("p", { class: "muted" }, "Kept are your settings, your strokes and when you made them, in " +
      `${session.folder} on this computer. Nothing is sent anywhere.`),
    el("div", { class: "bottom" }, close),
  );
}

function sayProblem(error) {
  const close = button("Close", () => byId("dialog").close(), "primary");
  say(el("h1", {}, "This step cannot be shown"), el("p", {}, error.message), close);
}

function sayDone() {
  say(
    el("h1", {}, "Everything is done. Thank you."),
    el("p", {}, "All your work is saved. You can close this page now, and end the program in the " +
      "terminal with Ctrl+C; it then says what to do next."),
    el("p", { class: "muted" }, app.session.folder),
    el("div", { class: "bottom" }, button("Close", () => byId("dialog").close(), "primary")),
  );
}

// Keys

document.addEventListener("keydown", (event) => {
  if (byId("dialog").open || event.altKey || !app.screen) return;
  const on = (selector) => event.target instanceof Element && event.target.matches(selector);
  if (["Enter", " "].includes(event.key) && on("button, summary")) return;
  if (app.screen.key(event)) {
    if (on("input")) event.target.blur();
    event.preventDefault();
  }
});
document.addEventListener("keyup", (event) => app.screen?.keyup?.(event));
document.addEventListener("visibilitychange", () => {
  app.recorder?.note(document.hidden ? "away" : "back");
});
window.addEventListener("beforeunload", (event) => {
  const kinds = ["set", "stroke", "undo", "redo"];
  if (app.lost && app.recorder?.waiting.some((one) => kinds.includes(one.event))) {
    event.preventDefault();
  }
});
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

async function begin() {
  const session = await ask("session");
  app.session = session;
  app.phases = session.phases;
  app.steps = session.steps;
  setPhases(session.phases);
  const sheet = new CSSStyleSheet();
  for (const { code } of session.phases) {
    sheet.insertRule(`.phase-${code} { --colour: ${css(code)}; }`);
  }
  document.adoptedStyleSheets = [sheet];
  byId("title").textContent = session.title;
  byId("who").textContent =
    session.user + (session.sitting > 1 ? `, sitting ${session.sitting}` : "");
  document.title = `${session.user}: ${session.title}`;
  byId("help").addEventListener("click", () => sayHello(session));
  await claim();
  const open = app.steps.findIndex((step) => !step.finished);
  await app.open(Math.max(0, open));
  byId("saved").textContent = "Saved";
  byId("saved").className = "good";
  if (open < 0) sayDone();
  else sayHello(session);
  setInterval(lookAgain, LOOK_MS);
  document.documentElement.dataset.ready = "yes";
}

begin().catch((error) => {
  say(el("h1", {}, "This page cannot be shown"), el("p", {}, error.message));
});
