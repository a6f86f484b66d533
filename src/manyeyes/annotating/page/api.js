// What the page asks of the computer. All addresses are below the page's own, which holds its key.

export const TAB = crypto.randomUUID();

export class Refused extends Error {
  constructor(message, kind) {
    super(message);
    this.kind = kind;
  }
}

async function answerOf(response) {
  if (response.ok) return response.json();
  let told = {};
  try {
    told = await response.json();
  } catch {
    // Not every refusal is JSON.
  }
  throw new Refused(told.problem || `the program answered ${response.status}`, told.kind || "");
}

export async function ask(path) {
  return answerOf(await fetch(`api/${path}`));
}

export async function tell(path, body, options = {}) {
  return answerOf(
    await fetch(`api/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ tab: TAB, ...body }),
      ...options,
    }),
  );
}

export function leave() {
  tell("leave", {}, { keepalive: true }).catch(() => {});
}

const planes = new Map();
const MOST_BYTES = 150e6;

// Grey levels of a plane, or its mask; the last ones are kept, as far as memory allows.
export function planeOf(step, axis, index, what = "images") {
  const path = [what, step.dataset, step.filter, axis, index].map(encodeURIComponent).join("/");
  if (!planes.has(path)) {
    const size = step.shape.reduce((a, b) => a * b) / step.shape[axis];
    while (planes.size > 3 && (planes.size + 1) * size > MOST_BYTES) {
      planes.delete(planes.keys().next().value);
    }
    const bytes = fetch(`api/${path}`).then(async (response) => {
      if (!response.ok) throw new Refused(`there is no plane ${index}`, "");
      return new Uint8Array(await response.arrayBuffer());
    });
    bytes.catch(() => planes.delete(path));
    planes.set(path, bytes);
  }
  return planes.get(path);
}

// A slice of codes that the computer packed: deflated, in base64.
export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const RETRY_MS = 1000;

// Sends events of one step in their order, one request at a time, until each is on disk.
export class Recorder {
  constructor(number, count, heard) {
    this.number = number;
    this.count = count;
    this.heard = heard; // {saving, saved(answer), lost, refused(error)}
    this.waiting = [];
    this.sending = false;
    this.stopped = false;
    this.quiet = false; // of finished work nothing more is noted
    this.opened = performance.now();
  }

  add(event) {
    if (this.stopped) return;
    const at = Math.round((performance.now() - this.opened) / 10) / 100;
    this.waiting.push({ at, id: crypto.randomUUID().slice(0, 13), ...event });
    this.heard.saving();
    this.#send();
  }

  // What is worth knowing, but changes nothing.
  note(event, what = {}) {
    if (!this.quiet) this.add({ event, ...what });
  }

  async flushed() {
    while (!this.stopped && (this.sending || this.waiting.length)) {
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  async #send() {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length && !this.stopped) {
      const events = this.waiting.slice(0, 200);
      try {
        const answer = await tell(`steps/${this.number}/events`, { count: this.count, events });
        this.waiting.splice(0, events.length);
        this.count = answer.count;
        if (!this.waiting.length) this.heard.saved(answer, this);
      } catch (error) {
        if (error instanceof Refused && error.kind !== "file") {
          this.stopped = true;
          this.heard.refused(error, this);
        } else {
          // The program is gone, or its disk is full: keep what is not saved, and try again.
          this.heard.lost(error);
          await new Promise((done) => setTimeout(done, RETRY_MS));
        }
      }
    }
    this.sending = false;
  }
}
