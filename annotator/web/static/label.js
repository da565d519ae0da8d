// The labelling page: asks for a posting, shows it, sends the answer, and says at every moment how things stand.

import * as api from "./label-api.js";
import { listenToKeys } from "./label-keys.js";
import { loadEditor } from "./label-editor.js";
import {
  clearNotice, couldNotAsk, editorFailed, emptyQueue, refusal, setStatus, showNotice, summaryOf, whatHappened,
} from "./label-notice.js";
import { Curtain, Guideline, openDialog, renderShortcuts, wireDialogs } from "./label-panels.js";
import { restNotice } from "./label-rest.js";
import { Task } from "./label-task.js";

const RETRY_SECONDS = [2, 4, 8, 15, 30];
const WARN_SECONDS = 120;
const byId = (id) => document.getElementById(id);

class LabelPage {
  #page = byId("label-page");
  #task = null;
  #unsent = null; // the answer that is on its way; it never changes once it has a key
  #attempts = 0;
  #timer = 0;
  #curtain = new Curtain();
  #guideline = new Guideline();
  #singleKeys = localStorage.getItem("label.singleKeys") !== "off";

  async start() {
    this.#wire();
    try {
      await loadEditor(this.#page.dataset.loader);
    } catch (error) {
      this.#editorFailed(error);
      return;
    }
    this.#showProgress();
    await this.next();
  }

  /** Ask for a posting and show it. `quiet` leaves the page as it is until there is one. */
  async next(quiet = false) {
    clearTimeout(this.#timer);
    if (!quiet) {
      this.#setState("loading");
      this.#closeTask();
      clearNotice();
      setStatus("");
    }
    let given;
    try {
      given = await api.nextPosting();
    } catch (error) {
      this.#cannotAsk(error, quiet);
      return;
    }
    this.#attempts = 0;
    if (given.empty) {
      this.#showEmpty(given, quiet);
      return;
    }
    clearNotice();
    this.#curtain.takeHiddenMs();
    try {
      this.#task = await Task.show(byId("editor"), given, () => this.#openGuideline());
    } catch (error) {
      this.#editorFailed(error);
      return;
    }
    renderShortcuts(this.#task.config);
    this.#setState("ready");
    if (this.#page.dataset.covered === "yes" && !this.#curtain.closed) this.#curtain.toggle();
    this.#warnBefore(given.seconds);
    scrollTo(0, 0);
    performance.mark("posting-shown");
  }

  async submit() {
    if (this.#state !== "ready") return;
    const [missing] = this.#task.missing();
    if (missing) {
      setStatus(`Still to answer: ${missing.title}.`, "bad");
      this.#task.ask(missing);
      return;
    }
    const result = this.#task.result();
    const lead = this.#task.leadTime(this.#curtain.takeHiddenMs());
    this.#unsent = { lease: this.#task.lease.lease, result, lead_time: lead, key: api.newKey() };
    this.#attempts = 0;
    await this.#send();
  }

  async #send() {
    clearTimeout(this.#timer);
    this.#setState("saving");
    setStatus("Saving…", "busy");
    let stored;
    try {
      stored = await api.sendAnswer(this.#unsent);
    } catch (error) {
      this.#notSaved(error);
      return;
    }
    performance.mark("answer-saved");
    this.#unsent = null;
    if (stored.feedback) {
      this.#closeTask();
      location.assign(stored.feedback);
      return;
    }
    const asked = this.next();
    setStatus("Saved", "good");
    await asked;
    this.#showProgress();
  }

  /** Sort out why an answer was not stored. It stays on the page in every case. */
  #notSaved(error) {
    if (!(error instanceof api.RequestError)) throw error;
    if (error.kind === "expired" || error.kind === "gone") return this.#showExpired(error);
    if (error.kind === "refused") return this.#showRefused(error);
    this.#setState("unsent");
    setStatus("Not saved yet", "bad");
    const again = ["Try again now", () => this.#send()];
    if (!error.passing) {
      showNotice({ kind: "warn", title: "Not saved yet", text: whatHappened(error), actions: [again, ["Sign in", "/sign-in"]] });
      return;
    }
    const seconds = this.#nextDelay();
    showNotice({
      kind: "warn",
      title: "Not saved yet",
      text: `${whatHappened(error)} The page tries again in ${seconds} seconds.`,
      actions: [again],
    });
    this.#timer = setTimeout(() => this.#send(), seconds * 1000);
  }

  #nextDelay() {
    return RETRY_SECONDS[Math.min(this.#attempts++, RETRY_SECONDS.length - 1)];
  }

  #showExpired(error) {
    this.#unsent = null;
    this.#setState("over");
    setStatus("Not stored", "bad");
    showNotice({
      kind: "warn",
      title: "The time for this posting ran out",
      text: [whatHappened(error), "What you wrote is still here to read until you go on:"],
      body: summaryOf(this.#task.summary()),
      actions: [["Go on to the next posting", () => this.next()]],
    });
  }

  #showRefused(error) {
    this.#unsent = null;
    this.#task.reopenNotes();
    this.#setState("ready");
    setStatus("Not stored", "bad");
    showNotice({ ...refusal(error), actions: [["Back to the posting", () => clearNotice()]] });
  }

  #editorFailed(error) {
    console.error(error);
    this.#setState("waiting");
    showNotice(editorFailed());
  }

  /** Say so two minutes before the lease ends. */
  #warnBefore(seconds) {
    const wait = Math.max(0, seconds - WARN_SECONDS) * 1000;
    this.#timer = setTimeout(() => setStatus("About two minutes are left, then the posting goes to somebody else.", "bad"), wait);
  }

  #cannotAsk(error, quiet) {
    if (!(error instanceof api.RequestError)) throw error;
    this.#setState("waiting");
    setStatus("");
    const signIn = error.kind === "signed-out" || error.kind === "forbidden";
    const seconds = signIn ? 0 : this.#nextDelay();
    const again = [signIn ? "Try again" : "Ask now", () => this.next()];
    showNotice({ ...couldNotAsk(seconds), actions: signIn ? [["Sign in", "/sign-in"], again] : [again], quiet });
    if (seconds) this.#askAgainIn(seconds);
  }

  /** Why there is nothing now. When rest is due, the page does not ask again by itself: coming back is the person's own choice. */
  #showEmpty({ empty, minutes, seconds }, quiet) {
    const rest = restNotice(empty, seconds, this.#page.dataset.timeZone);
    const { title, text, wait, body, link } = rest ?? emptyQueue(empty, minutes);
    this.#setState("empty");
    const again = [wait ? "Ask now" : "Look again", () => this.next()];
    showNotice({ title, text, body, actions: [...(rest ? [["Your time and support", "/me"]] : link ? [link] : []), again], quiet });
    if (wait) this.#askAgainIn(wait);
  }

  #askAgainIn(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (document.hidden ? this.#askAgainIn(seconds) : this.next(true)), seconds * 1000);
  }

  async #skip() {
    if (this.#state !== "ready" || !(await this.#leave(() => api.skip(this.#task.lease.lease)))) return;
    const asked = this.next();
    setStatus("Skipped", "good");
    await asked;
  }

  /** A flag does not lead straight into the next posting: what made somebody flag may need a moment. */
  async #flag(kind, title) {
    const note = byId("flag-note").value.trim();
    byId("flags").close();
    if (!(await this.#leave(() => api.flag(this.#task.lease.lease, kind, note)))) return;
    byId("flag-note").value = "";
    this.#setState("rest");
    showNotice({
      title: `Flagged: ${title.toLowerCase()}`,
      text: "The posting is gone from your screen, and the coordinators see the flag. Thank you. You need not do anything more.",
      actions: [["Next posting", () => this.next()], ["Pause", () => this.#pause()]],
    });
  }

  async #pause() {
    if (!["ready", "empty", "waiting", "rest"].includes(this.#state)) return;
    if (!(await this.#leave(() => api.pause()))) return;
    this.#setState("rest");
    showNotice({
      title: "Paused",
      text: "Nothing is held in your name, and a pause never counts against you. Come back whenever you like.",
      actions: [["Go on labelling", () => this.next()], ["Sign out", () => byId("sign-out").requestSubmit()]],
    });
  }

  /** Give the posting back in one way or another; what was marked on it goes. Returns whether it is gone. */
  async #leave(request) {
    const state = this.#state;
    this.#setState("saving");
    setStatus("");
    try {
      await request();
    } catch (error) {
      if (!(error instanceof api.RequestError)) throw error;
      if (error.kind !== "expired" && error.kind !== "gone") {
        this.#setState(state);
        setStatus(error.passing ? "That did not get through. Try again." : whatHappened(error), "bad");
        return false;
      }
    }
    this.#closeTask();
    return true;
  }

  async #showProgress() {
    try {
      const { session, today } = await api.progress();
      byId("progress-session").textContent = session;
      byId("progress-today").textContent = today;
    } catch (error) {
      if (!(error instanceof api.RequestError)) throw error; // the counts are a comfort, not a need
    }
  }

  #closeTask() {
    clearTimeout(this.#timer);
    this.#task?.close();
    this.#task = null;
  }

  get #state() {
    return this.#page.dataset.state;
  }

  #setState(state) {
    this.#page.dataset.state = state;
    const ready = state === "ready";
    byId("workspace").inert = !ready;
    for (const id of ["submit", "skip", "open-flags"]) byId(id).disabled = !ready;
  }

  #openGuideline() {
    if (this.#task) this.#guideline.open(this.#task.lease.guideline, this.#task.clause);
  }

  #wire() {
    wireDialogs(document);
    const on = (id, handler) => byId(id).addEventListener("click", handler);
    on("submit", () => this.submit());
    on("skip", () => this.#skip());
    on("pause", () => this.#pause());
    on("hide", () => this.#curtain.toggle());
    on("curtain-lift", () => this.#curtain.toggle());
    on("open-guideline", () => this.#openGuideline());
    on("open-shortcuts", () => openDialog("shortcuts"));
    on("open-flags", () => openDialog("flags"));
    for (const button of document.querySelectorAll("[data-flag]")) {
      button.addEventListener("click", () => this.#flag(button.dataset.flag, button.firstElementChild.textContent));
    }
    const keys = byId("single-keys");
    keys.checked = this.#singleKeys;
    keys.addEventListener("change", () => {
      this.#singleKeys = keys.checked;
      localStorage.setItem("label.singleKeys", keys.checked ? "on" : "off");
    });
    listenToKeys({
      curtain: this.#curtain,
      task: () => (this.#state === "ready" ? this.#task : null),
      singleKeys: () => this.#singleKeys,
      submit: () => this.submit(),
      page: {
        S: () => this.#skip(),
        F: () => this.#state === "ready" && openDialog("flags"),
        G: () => this.#openGuideline(),
        P: () => this.#pause(),
      },
    });
    addEventListener("online", () => this.#unsent && this.#state === "unsent" && this.#send());
    addEventListener("beforeunload", (event) => (this.#unsent || this.#task?.touched) && event.preventDefault());
    if (/Mac|iP(hone|ad)/.test(navigator.platform)) byId("submit").querySelector("kbd").textContent = "⌘ ↵";
  }
}

new LabelPage().start();
