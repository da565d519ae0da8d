// What lies over the page: the guideline drawer, the list of shortcuts, flags, and the screen that hides everything.

import * as api from "./label-api.js";
import { say } from "./say.js";

const byId = (id) => document.getElementById(id);

/** A dialog that a click beside it closes, and that gives focus back to where it was. */
export function openDialog(id) {
  const dialog = byId(id);
  if (dialog.open) return dialog;
  const before = document.activeElement;
  dialog.showModal();
  dialog.addEventListener("close", () => before?.focus?.(), { once: true });
  return dialog;
}

export function wireDialogs(page) {
  for (const dialog of page.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
}

/** The guideline drawer; each version is fetched once. */
export class Guideline {
  #key = "";

  /** Open at a clause (an anchor of the guideline), or where it was left. */
  async open(version, clause = "") {
    const dialog = openDialog("guideline");
    const body = byId("guideline-body");
    const key = `${version.name}/${version.version}`;
    byId("guideline-version").textContent = `${version.name} ${version.version}`;
    if (this.#key !== key) {
      body.textContent = say("Loading the guideline…");
      try {
        body.innerHTML = await api.guideline(version);
        this.#key = key;
      } catch (error) {
        body.textContent = say("The guideline cannot be loaded just now. Close this and open it again in a moment.");
        if (!(error instanceof api.RequestError)) throw error;
        return dialog;
      }
    }
    const target = clause && body.querySelector(`#clause-${CSS.escape(clause)}`);
    body.querySelectorAll("[data-here]").forEach((node) => node.removeAttribute("data-here"));
    if (target) {
      target.dataset.here = "";
      target.tabIndex = -1;
      target.scrollIntoView({ block: "start" });
      target.focus({ preventScroll: true });
    }
    return dialog;
  }
}

/** Show how many postings this session and today brought. */
export async function showProgress() {
  try {
    const { session, today } = await api.progress();
    byId("progress-session").textContent = session;
    byId("progress-today").textContent = today;
  } catch (error) {
    if (!(error instanceof api.RequestError)) throw error; // the counts are a comfort, not a need
  }
}

/** Hides everything at once behind a plain screen. */
export class Curtain {
  #title = document.title;
  #before = null;
  #hiddenAt = 0;
  #hiddenMs = 0;

  get closed() {
    return byId("curtain").hidden === false;
  }

  /** How long the posting has been hidden since the last call, in milliseconds. */
  takeHiddenMs() {
    const hidden = this.#hiddenMs;
    this.#hiddenMs = 0;
    return hidden;
  }

  toggle() {
    if (this.closed) this.#lift();
    else this.#drop();
  }

  #drop() {
    this.#before = document.activeElement;
    this.#hiddenAt = performance.now();
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    byId("curtain").hidden = false;
    byId("label-page").inert = true;
    document.title = say("Hidden");
    byId("curtain-lift").focus();
  }

  #lift() {
    this.#hiddenMs += performance.now() - this.#hiddenAt;
    byId("curtain").hidden = true;
    byId("label-page").inert = false;
    document.title = this.#title;
    this.#before?.focus?.();
  }
}

const SUBMIT = say("Ctrl or ⌘ + Enter");
const EVERYWHERE = [
  [say("Shift + G"), say("Guideline, at the clause in question")],
  [say("Esc"), say("Hide the screen, and show it again")],
  ["?", say("This list")],
];
export const LABEL_KEYS = [
  [SUBMIT, say("Submit the answer")],
  [say("Shift + S"), say("Skip, no reason asked")],
  [say("Shift + F"), say("Flag the posting")],
  [say("Shift + U"), say("Take back the last skip or flag")],
  [say("Shift + P"), say("Pause")],
  ...EVERYWHERE,
];
export const BENCH_KEYS = [[SUBMIT, say("Decide")], [say("Shift + P"), say("Put the item back")], ...EVERYWHERE];
const TEXT_KEYS = [
  ["← → ↑ ↓", say("Go through the posting by words")],
  [say("Shift + arrow"), say("Choose more words")],
  ["[  ]", say("Go through the marked passages")],
  [say("Delete"), say("Remove the passage")],
  [say("Ctrl or ⌘ + Z"), say("Undo")],
];

/** Fill the list of shortcuts: the page's own, then those of its questions. */
export function renderShortcuts(config, pageKeys) {
  const keysOf = (question) => question.choices.filter((c) => c.hotkey).map((c) => [c.hotkey.toUpperCase(), c.title]);
  const groups = [
    [say("The page"), pageKeys],
    ...(config.spans ? [[say("The posting’s words"), TEXT_KEYS], [config.spans.title, keysOf(config.spans)]] : []),
    ...(config.states ? [[say("The marked passage is"), keysOf(config.states)]] : []),
    ...config.choices.map((question) => [question.title, keysOf(question)]),
  ];
  byId("shortcut-list").replaceChildren(
    ...groups.filter(([, keys]) => keys.length).map(([title, keys]) => {
      const section = document.createElement("section");
      const heading = document.createElement("h3");
      heading.textContent = title;
      const list = document.createElement("dl");
      for (const [key, what] of keys) {
        const term = document.createElement("dt");
        const kbd = document.createElement("kbd");
        kbd.textContent = key;
        term.append(kbd);
        const meaning = document.createElement("dd");
        meaning.textContent = what;
        list.append(term, meaning);
      }
      section.append(heading, list);
      return section;
    }),
  );
}
