// One posting on the page: its editor, the chosen words, the marked passages, and what the keys do to them.

import { addKeyboard, makeAccessible } from "./label-access.js";
import { readConfig } from "./label-config.js";
import { showPosting } from "./label-editor.js";
import { renderPassages } from "./label-passages.js";
import { WordSelection } from "./label-text.js";
import { say } from "./say.js";

const byId = (id) => document.getElementById(id);

export class Task {
  #root;
  #posting;
  #words = null; // none where the guideline asks for no passages
  #observer;
  #current = null;
  #known = new Set();
  #clause = "";
  #openGuideline;
  #restoreFocus;
  #choosing = byId("choosing-template").content.firstElementChild.cloneNode(true);
  #started = performance.now();

  /** Show what a lease gives in `root`, beginning from the result `start` if it has one; resolves once it can be worked on.
   * `openGuideline` opens it at this task's clause. */
  static async show(root, lease, openGuideline) {
    const config = readConfig(lease.label_config);
    const posting = await showPosting(root, { ...lease.item, labelConfig: lease.label_config, config, start: lease.start });
    return new Task(root, lease, config, posting, openGuideline);
  }

  constructor(root, lease, config, posting, openGuideline) {
    Object.assign(this, { lease, config });
    this.#openGuideline = openGuideline;
    this.#root = root;
    this.#posting = posting;
    byId("passages").hidden = !config.spans;
    if (config.spans) this.#takeWords(posting.textElement);
    this.#restoreFocus = addKeyboard(root.firstElementChild);
    root.firstElementChild.addEventListener("click", (event) => this.#onClick(event), true);
    this.#observer = new MutationObserver(() => this.refresh());
    this.#observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["class"] });
    this.refresh();
  }

  #takeWords(text) {
    text.tabIndex = 0;
    text.setAttribute("role", "group");
    text.setAttribute("aria-label", say("Posting. Arrow keys go through it by words, with Shift they choose more; then press an indicator’s key."));
    this.#words = new WordSelection(text, () => this.#selectionChanged());
    this.#choosing.querySelector("button").addEventListener("click", () => this.#words.clear());
    this.#root.querySelector(".lsf-labels").before(this.#choosing);
  }

  close() {
    this.#observer.disconnect();
    this.#words?.close();
    this.#choosing.remove();
    this.#posting.close();
    this.#root.replaceChildren();
    this.#render([]);
    this.#showSelection("");
  }

  /** Seconds since the posting was shown, less `hiddenMs`. */
  leadTime(hiddenMs) {
    return Math.max(0, Math.round(performance.now() - this.#started - hiddenMs) / 1000);
  }

  result() {
    return this.#posting.result();
  }

  reopenNotes() {
    this.#posting.reopenNotes();
  }

  /** The required questions that have no answer. */
  missing() {
    return this.config.choices.filter((question) => question.required && !this.#posting.chosen(question.name).length);
  }

  /** Whether leaving now would lose work. */
  get touched() {
    return this.#posting.passages().length > 0;
  }

  /** The clause of the guideline that what is at hand falls under. */
  get clause() {
    return this.#clause;
  }

  /** What was answered, as lines of text. */
  summary() {
    const titles = (question, values) =>
      values.map((value) => question.choices.find((choice) => choice.value === String(value))?.title ?? value).join(", ");
    const chosen = this.config.choices
      .map((question) => [question.title, titles(question, this.#posting.chosen(question.name))])
      .filter(([, values]) => values);
    const passages = this.#posting.passages().map((p) =>
      [`${titles(this.config.spans, [p.label])}${p.state ? `, ${titles(this.config.states, [p.state])}` : ""}`, `“${p.text}”`]);
    const notes = [...this.#root.querySelectorAll("[data-testid='textarea-control'] textarea")].map((f) => [say("Note"), f.value]);
    return [...chosen, ...passages, ...notes.filter(([, text]) => text)];
  }

  /** Bring focus to a question. */
  ask(question) {
    const group = this.#root.querySelector(`[data-question="${CSS.escape(question.name)}"]`);
    group?.setAttribute("aria-invalid", "true");
    group?.scrollIntoView({ block: "center" });
    group?.querySelector("input")?.focus();
  }

  /** Bring the page in line with the editor. */
  refresh() {
    this.#posting.completeStates();
    makeAccessible(this.#root, this.config);
    this.#restoreFocus();
    for (const question of this.config.choices) {
      if (this.#posting.chosen(question.name).length) {
        this.#root.querySelector(`[data-question="${CSS.escape(question.name)}"]`)?.removeAttribute("aria-invalid");
      }
    }
    const passages = this.#posting.passages();
    const added = passages.find((passage) => !this.#known.has(passage.id));
    const selected = passages.find((passage) => passage.selected);
    if (added) this.#current = added.id;
    else if (selected) this.#current = selected.id;
    else if (!passages.some((passage) => passage.id === this.#current)) this.#current = passages.at(-1)?.id ?? null;
    this.#known = new Set(passages.map((passage) => passage.id));
    for (const passage of passages) {
      for (const span of this.#posting.spansOf(passage.id)) {
        span.dataset.state = passage.state ?? "";
        span.dataset.title = `${passage.state === "contradicted" ? say("not: ") : ""}${this.#titleOf(passage.label)}`;
        span.style.setProperty("--tone", this.#labelOf(passage.label)?.color || "#52606d");
        span.toggleAttribute("data-current", passage.id === this.#current);
      }
    }
    this.#render(passages);
  }

  /** Do what a key means here. Returns whether it meant anything. */
  onKey(event) {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey) {
      if (key !== "z" || event.altKey) return false;
      if (event.shiftKey) this.#posting.redo();
      else this.#posting.undo();
      this.refresh();
      return true;
    }
    if (event.altKey) return false;
    if (this.#words && (key === "arrowright" || key === "arrowleft")) {
      this.#posting.textElement.focus({ preventScroll: true });
      this.#words.moveWord(key === "arrowright" ? 1 : -1, event.shiftKey);
      return true;
    }
    if (event.key === "[" || event.key === "]") return this.#step(event.key === "]" ? 1 : -1);
    if (event.key === "Delete" || event.key === "Backspace") return this.#remove(this.#current);
    if (event.shiftKey) return false;
    const state = this.config.states?.choices.find((choice) => choice.hotkey === key);
    if (state) return this.#setState(this.#current, state.value);
    for (const question of [this.config.spans, ...this.config.choices].filter(Boolean)) {
      const choice = question.choices.find((one) => one.hotkey === key);
      if (choice) return this.#press(question, choice);
    }
    return false;
  }

  #press(question, choice) {
    this.#clause = choice.clause;
    if (question === this.config.spans && this.#words.range) return this.#mark(choice.value);
    this.#posting.press(question.name, choice.value);
    return true;
  }

  #labelOf(value) {
    return this.config.spans.choices.find((choice) => choice.value === value);
  }

  #titleOf(value) {
    return this.#labelOf(value)?.title ?? value;
  }

  #mark(label) {
    const range = this.#words.range;
    this.#words.clear();
    this.#posting.mark(range, label);
    this.refresh();
    byId("announce").textContent = say("Marked as {title}.", { title: this.#titleOf(label) });
    return true;
  }

  #setState(id, state) {
    if (!id) return false;
    this.#posting.setState(id, state);
    this.refresh();
    const title = this.config.states.choices.find((choice) => choice.value === state)?.title;
    byId("announce").textContent = say("The passage is now: {title}.", { title });
    return true;
  }

  #remove(id) {
    if (!id) return false;
    this.#posting.remove(id);
    this.refresh();
    byId("announce").textContent = say("The passage is removed.");
    return true;
  }

  #step(by) {
    const ids = this.#posting.passages().map((passage) => passage.id);
    if (!ids.length) return false;
    this.#select(ids[(ids.indexOf(this.#current) + by + ids.length) % ids.length]);
    return true;
  }

  #select(id) {
    this.#current = id;
    this.#posting.select(id);
    this.refresh();
  }

  /** With words chosen, pressing a label marks them; otherwise the editor picks the label up for the next words. */
  #onClick(event) {
    const label = event.target.closest(".lsf-label");
    const question = event.target.closest("[data-question]");
    if (question) this.#clause = this.config.choices.find((q) => q.name === question.dataset.question)?.choices[0]?.clause ?? "";
    if (!label) return;
    this.#clause = this.#labelOf(label.dataset.label)?.clause ?? "";
    if (!this.#words.range) return;
    event.stopPropagation();
    event.preventDefault();
    this.#mark(label.dataset.label);
  }

  #selectionChanged() {
    const picked = this.#posting.pickedLabel;
    if (picked && this.#words.range) this.#mark(picked);
    else this.#showSelection(this.#words.text);
  }

  #showSelection(text) {
    byId("label-page").toggleAttribute("data-choosing", Boolean(text));
    this.#choosing.querySelector("q").textContent = text;
    if (!text) return;
    byId("announce").textContent = text;
    const labels = this.#choosing.parentElement;
    if (getComputedStyle(labels).position !== "fixed") return; // on a phone they now cover the lower half of the page
    const hidden = this.#words.range.getBoundingClientRect().bottom + 16 - labels.getBoundingClientRect().top;
    if (hidden > 0) scrollBy(0, hidden);
  }

  #render(passages) {
    byId("passages-count").textContent = passages.length ? `${passages.length}` : "";
    byId("passages-empty").hidden = passages.length > 0;
    const act = (kind, id, value) => {
      this.#current = id;
      if (kind === "state") this.#setState(id, value);
      if (kind === "remove") this.#remove(id);
      if (kind === "select") this.#select(id);
      if (kind === "clause") {
        this.#clause = value;
        this.#openGuideline();
      }
    };
    renderPassages(byId("passage-list"), { passages, config: this.config, current: this.#current }, act);
  }
}
