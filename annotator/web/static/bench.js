// The adjudicator's bench: takes a case, shows its answers without their people, and sends the decision.

import { RequestError, newKey, post } from "./label-api.js";
import { readConfig } from "./label-config.js";
import { loadEditor } from "./label-editor.js";
import { listenToKeys } from "./label-keys.js";
import { clearNotice, editorFailed, refusal, setStatus, showNotice, whatHappened } from "./label-notice.js";
import { BENCH_KEYS, Curtain, Guideline, openDialog, renderShortcuts, wireDialogs } from "./label-panels.js";
import { Task } from "./label-task.js";
import { say } from "./say.js";

const byId = (id) => document.getElementById(id);

/** What one answer says, as lines: its chosen values, then its passages. */
function linesOf(result, config) {
  const title = (question, value) => question?.choices.find((choice) => choice.value === String(value))?.title ?? value;
  const question = (name) => config.choices.find((one) => one.name === name);
  const states = new Map(result.filter((r) => r.from_name === config.states?.name).map((r) => [r.id, r.value.choices[0]]));
  const chosen = result
    .filter((region) => question(region.from_name))
    .map(({ from_name: name, value }) => `${question(name).title}: ${value.choices.map((v) => title(question(name), v)).join(", ")}`);
  const passages = result
    .filter((region) => region.from_name === config.spans?.name)
    .map(({ id, value }) => {
      const state = states.get(id);
      return `${title(config.spans, value.labels[0])}${state ? `, ${title(config.states, state)}` : ""}: “${value.text}”`;
    });
  return [...chosen, ...passages];
}

class BenchPage {
  #page = byId("label-page");
  #case = null;
  #task = null;
  #from = "";
  #key = "";
  #curtain = new Curtain();
  #guideline = new Guideline();

  async start() {
    this.#wire();
    try {
      await loadEditor(this.#page.dataset.loader);
    } catch (error) {
      this.#editorFailed(error);
      return;
    }
    await this.next(this.#page.dataset.item);
  }

  /** Take a case and show it: a given one, or the one that a decision is worth most for. */
  async next(item = "") {
    this.#close();
    clearNotice();
    setStatus("");
    this.#setState("loading");
    let response;
    try {
      response = await post("adjudication/case", item ? { item } : {});
    } catch (error) {
      this.#cannot(error, () => this.next(item));
      return;
    }
    if (response.status === 204) {
      this.#setState("empty");
      showNotice({
        title: say("Nothing waits for you"),
        text: say("Every item is decided, on somebody else’s bench, or one that you have answered or decided yourself."),
        actions: [[say("Look again"), () => this.next()]],
      });
      return;
    }
    this.#case = await response.json();
    this.#key = newKey();
    for (const id of ["cause", "clause", "note"]) byId(id).value = "";
    const { needed, decided } = this.#case;
    byId("standing").textContent = needed > 1 ? (decided ? say("Two people decide this item; one has.") : say("Two people decide this item; you are the first.")) : "";
    await this.#begin("");
    this.#showAnswers();
    scrollTo(0, 0);
  }

  /** Put the case into the editor: empty, or as the answer of that letter has it. */
  async #begin(letter) {
    this.#task?.close();
    const start = this.#case.answers.find((answer) => answer.letter === letter)?.result;
    try {
      this.#task = await Task.show(byId("editor"), { ...this.#case, start }, () => this.#openGuideline());
    } catch (error) {
      this.#editorFailed(error);
      return;
    }
    this.#from = letter;
    for (const card of byId("answers").children) card.toggleAttribute("data-chosen", card.dataset.letter === letter);
    renderShortcuts(this.#task.config, BENCH_KEYS);
    this.#setState("ready");
    byId("announce").textContent = letter ? say("Begun from answer {letter}.", { letter }) : say("Begun from nothing.");
  }

  #showAnswers() {
    const config = readConfig(this.#case.label_config);
    byId("answers").replaceChildren(
      ...this.#case.answers.map(({ letter, result }) => {
        const card = document.createElement("li");
        card.dataset.letter = letter;
        const heading = document.createElement("h3");
        heading.textContent = say("Answer {letter}", { letter });
        const list = document.createElement("ul");
        for (const line of linesOf(result, config)) list.append(Object.assign(document.createElement("li"), { textContent: line }));
        const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: say("Begin from {letter}", { letter }) });
        button.addEventListener("click", () => this.#begin(letter));
        card.append(heading, list, button);
        return card;
      }),
    );
  }

  async decide() {
    if (this.#state !== "ready") return;
    const [missing] = this.#task.missing();
    if (missing) {
      setStatus(say("Still to answer: {title}.", { title: missing.title }), "bad");
      this.#task.ask(missing);
      return;
    }
    const cause = byId("cause");
    cause.toggleAttribute("aria-invalid", false);
    if (!cause.value) {
      cause.setAttribute("aria-invalid", "true");
      setStatus(say("Say why the answers differ."), "bad");
      cause.focus();
      return;
    }
    const verdict = {
      item: this.#case.item.id,
      result: this.#task.result(),
      cause: cause.value,
      clause: byId("clause").value,
      note: byId("note").value.trim(),
      started_from: this.#from,
      key: this.#key,
    };
    this.#setState("saving");
    setStatus(say("Saving…"), "busy");
    let settled;
    try {
      ({ settled } = await (await post("adjudication/decisions", verdict)).json());
    } catch (error) {
      this.#notSaved(error);
      return;
    }
    await this.next();
    setStatus(settled ? say("Decided") : say("Kept; somebody else decides it as well"), "good");
  }

  #notSaved(error) {
    if (!(error instanceof RequestError)) throw error;
    this.#setState("ready");
    setStatus(say("Not stored"), "bad");
    if (error.kind === "refused") {
      this.#task.reopenNotes();
      showNotice({ ...refusal(error), actions: [[say("Back to the item"), () => clearNotice()]] });
    } else {
      this.#cannot(error, () => (clearNotice(), this.decide()), "ready");
    }
  }

  #cannot(error, again, state = "waiting") {
    if (!(error instanceof RequestError)) throw error;
    this.#setState(state);
    const next = error.kind === "expired" || error.kind === "gone" ? [[say("Take another one"), () => this.next()]] : [[say("Try again"), again]];
    const text = error.what && !error.passing ? [error.what, error.mend] : whatHappened(error);
    showNotice({ kind: "warn", title: say("That did not work"), text, actions: next });
  }

  async #putBack() {
    try {
      await post("adjudication/put-back");
    } catch (error) {
      this.#cannot(error, () => this.#putBack(), this.#state);
      return;
    }
    this.#close();
    this.#setState("rest");
    showNotice({
      title: say("Put back"),
      text: say("Nothing was decided, and the item waits for somebody else."),
      actions: [[say("Take the next one"), () => this.next()], [say("Queue"), "/coordinator/adjudication"]],
    });
  }

  #close() {
    this.#task?.close();
    this.#task = null;
    byId("answers").replaceChildren();
    byId("standing").textContent = "";
  }

  #editorFailed(error) {
    console.error(error);
    this.#setState("waiting");
    showNotice(editorFailed());
  }

  #openGuideline() {
    if (this.#task) this.#guideline.open(this.#case.guideline, this.#task.clause);
  }

  get #state() {
    return this.#page.dataset.state;
  }

  #setState(state) {
    this.#page.dataset.state = state;
    byId("workspace").inert = state !== "ready";
    byId("submit").disabled = state !== "ready";
  }

  #wire() {
    wireDialogs(document);
    const on = (id, handler) => byId(id).addEventListener("click", handler);
    on("submit", () => this.decide());
    on("put-back", () => this.#putBack());
    on("hide", () => this.#curtain.toggle());
    on("curtain-lift", () => this.#curtain.toggle());
    on("open-guideline", () => this.#openGuideline());
    on("open-shortcuts", () => openDialog("shortcuts"));
    listenToKeys({
      curtain: this.#curtain,
      task: () => (this.#state === "ready" ? this.#task : null),
      submit: () => this.decide(),
      page: { G: () => this.#openGuideline(), P: () => this.#putBack() },
    });
    addEventListener("beforeunload", (event) => this.#task?.touched && this.#state === "ready" && event.preventDefault());
  }
}

new BenchPage().start();
