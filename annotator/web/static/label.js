// The labelling page: asks for a posting, shows it, sends the answer, and says at every moment how things stand.

import * as api from "./label-api.js";
import { loadEditor } from "./label-editor.js";
import { listenToKeys } from "./label-keys.js";
import {
  clearNotice, couldNotAsk, editorFailed, emptyQueue, flagged, notSent, outOfTime, paused, refusal, setStatus, showNotice, whatHappened,
} from "./label-notice.js";
import { Outgoing } from "./label-outgoing.js";
import { LABEL_KEYS, Curtain, Guideline, openDialog, renderShortcuts, showProgress, wireDialogs } from "./label-panels.js";
import { restNotice } from "./label-rest.js";
import { Slip } from "./label-slip.js";
import { Task } from "./label-task.js";
import { say } from "./say.js";

const RETRY_SECONDS = [2, 4, 8, 15, 30];
const WARN_SECONDS = 120;
const IDLE = ["ready", "empty", "waiting", "rest"]; // nothing is under way
const byId = (id) => document.getElementById(id);

class LabelPage {
  #page = byId("label-page");
  #task = null;
  #outgoing = new Outgoing();
  #slip = new Slip();
  #until = 0; // when the lease ends, by this machine's clock
  #attempts = 0;
  #timer = 0;
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
    showProgress();
    const kept = await this.#outgoing.resume();
    if (kept === "none") await this.next();
    else if (kept === "late") this.#showExpired("late");
    else await this.#send();
  }

  /** Ask for a posting and show it, or the one that is `there` already. `quiet` leaves the page as it is until there is one. */
  async next(quiet = false, there = null) {
    clearTimeout(this.#timer);
    if (!quiet) {
      this.#setState("loading");
      this.#closeTask();
      clearNotice();
      setStatus("");
    }
    let given;
    try {
      given = there ?? (await api.nextPosting());
    } catch (error) {
      this.#cannotAsk(error, quiet);
      return;
    }
    this.#attempts = 0;
    if (given.empty) return this.#showEmpty(given, quiet);
    clearNotice();
    this.#curtain.takeHiddenMs();
    try {
      this.#task = await Task.show(byId("editor"), given, () => this.#openGuideline());
    } catch (error) {
      this.#editorFailed(error);
      return;
    }
    renderShortcuts(this.#task.config, LABEL_KEYS);
    this.#setState("ready");
    if (this.#page.dataset.covered === "yes" && !this.#curtain.closed) this.#curtain.toggle();
    this.#until = Date.now() + given.seconds * 1000;
    this.#warnBefore(given.seconds);
    scrollTo(0, 0);
    performance.mark("posting-shown");
  }

  /** Go on to the next posting, and say meanwhile what became of the one before. */
  async #goOn(words, there = null) {
    const asked = this.next(false, there);
    setStatus(words, "good");
    await asked;
  }

  async submit() {
    if (this.#state !== "ready") return;
    const [missing] = this.#task.missing();
    if (missing) {
      setStatus(say("Still to answer: {title}.", { title: missing.title }), "bad");
      this.#task.ask(missing);
      return;
    }
    const result = this.#task.result();
    const lead = this.#task.leadTime(this.#curtain.takeHiddenMs());
    this.#outgoing.begin({ lease: this.#task.lease.lease, result, lead_time: lead }, this.#until);
    this.#attempts = 0;
    await this.#send();
  }

  async #send() {
    clearTimeout(this.#timer);
    this.#setState("saving");
    setStatus(say("Saving…"), "busy");
    let stored;
    try {
      stored = await this.#outgoing.send();
    } catch (error) {
      this.#notSaved(error);
      return;
    }
    performance.mark("answer-saved");
    this.#slip.forget();
    if (stored.feedback) {
      this.#closeTask();
      location.assign(stored.feedback);
      return;
    }
    await this.#goOn(say("Saved"), stored.given);
    showProgress();
  }

  /** Sort out why an answer was not stored. It stays on the page in every case. */
  #notSaved(error) {
    if (!(error instanceof api.RequestError)) throw error;
    if (error.kind === "expired" || error.kind === "gone") return this.#showExpired(error.kind);
    if (error.kind === "refused") return this.#task ? this.#showRefused(error) : this.#showExpired("late");
    this.#setState("unsent");
    setStatus(say("Not saved yet"), "bad");
    const seconds = error.passing ? this.#nextDelay() : 0;
    const actions = [[say("Try again now"), () => this.#send()], ...(seconds ? [] : [[say("Sign in"), "/sign-in"]])];
    showNotice({ ...notSent(error, seconds, this.#outgoing.keptUntil), actions });
    if (seconds) this.#timer = setTimeout(() => this.#send(), seconds * 1000);
  }

  #nextDelay = () => RETRY_SECONDS[Math.min(this.#attempts++, RETRY_SECONDS.length - 1)];

  #showExpired(kind) {
    this.#outgoing.forget();
    this.#setState("over");
    setStatus(say("Not stored"), "bad");
    showNotice({ ...outOfTime(kind, this.#task?.summary()), actions: [[say("Go on to the next posting"), () => this.next()]] });
  }

  #showRefused(error) {
    this.#outgoing.forget();
    this.#task.reopenNotes();
    this.#setState("ready");
    setStatus(say("Not stored"), "bad");
    showNotice({ ...refusal(error), actions: [[say("Back to the posting"), () => clearNotice()]] });
  }

  #editorFailed(error) {
    console.error(error);
    this.#setState("waiting");
    showNotice(editorFailed());
  }

  /** Say so two minutes before the lease ends. */
  #warnBefore(seconds) {
    const wait = Math.max(0, seconds - WARN_SECONDS) * 1000;
    this.#timer = setTimeout(() => setStatus(say("About two minutes are left, then the posting goes to somebody else."), "bad"), wait);
  }

  #cannotAsk(error, quiet) {
    if (!(error instanceof api.RequestError)) throw error;
    this.#setState("waiting");
    setStatus("");
    const signIn = error.kind === "signed-out" || error.kind === "forbidden";
    const seconds = signIn ? 0 : this.#nextDelay();
    const again = [signIn ? say("Try again") : say("Ask now"), () => this.next()];
    showNotice({ ...couldNotAsk(seconds), actions: signIn ? [[say("Sign in"), "/sign-in"], again] : [again], quiet });
    if (seconds) this.#askAgainIn(seconds);
  }

  /** Why there is nothing now. When rest is due, the page does not ask again by itself: coming back is the person's own choice. */
  #showEmpty({ empty, minutes, seconds }, quiet) {
    const rest = restNotice(empty, seconds, this.#page.dataset.timeZone);
    const { title, text, wait, body, link } = rest ?? emptyQueue(empty, minutes);
    this.#setState("empty");
    const again = [wait ? say("Ask now") : say("Look again"), () => this.next()];
    showNotice({ title, text, body, actions: [...(rest ? [[say("Your time and support"), "/me"]] : link ? [link] : []), again], quiet });
    if (wait) this.#askAgainIn(wait);
  }

  #askAgainIn(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (document.hidden ? this.#askAgainIn(seconds) : this.next(true)), seconds * 1000);
  }

  async #skip() {
    if (this.#state !== "ready" || !(await this.#leave(() => this.#slip.make(this.#task.lease.lease, api.skip)))) return;
    await this.#goOn(say("Skipped"));
  }

  /** A flag does not lead straight into the next posting: what made somebody flag may need a moment. */
  async #flag(kind, title, stands) {
    const note = byId("flag-note").value.trim();
    byId("flags").close();
    const send = (lease) => api.flag(lease, kind, note);
    if (!(await this.#leave(() => this.#slip.make(this.#task.lease.lease, send, stands)))) return;
    byId("flag-note").value = "";
    this.#setState("rest");
    const actions = [[say("Next posting"), () => this.next()], [say("Pause"), () => this.#pause()], ...this.#undoAction()];
    showNotice({ ...flagged(title, stands), actions });
  }

  /** In a notice that stands in the posting's place; the footer's own button is hidden then. */
  #undoAction = () => (this.#slip.pending ? [[say("Undo"), () => this.#undo()]] : []);

  /** Take the last skip or flag back: its posting comes again, and the one on the page goes back to the others. */
  async #undo() {
    if (!IDLE.includes(this.#state) || !this.#slip.may(this.#task?.touched)) return;
    if (!(await this.#leave(() => this.#slip.takeBack()))) return;
    await this.#goOn(say("Taken back: here it is again"));
  }

  async #pause() {
    if (!IDLE.includes(this.#state) || !(await this.#leave(() => api.pause()))) return;
    this.#setState("rest");
    const actions = [[say("Go on labelling"), () => this.next()], [say("Sign out"), () => byId("sign-out").requestSubmit()]];
    showNotice({ ...paused(), actions: [...actions, ...this.#undoAction()] });
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
        setStatus(error.passing ? say("That did not get through. Try again.") : whatHappened(error), "bad");
        return false;
      }
    }
    this.#closeTask();
    return true;
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

  #openGuideline = () => this.#task && this.#guideline.open(this.#task.lease.guideline, this.#task.clause);

  #wire() {
    wireDialogs(document);
    const on = (id, handler) => byId(id).addEventListener("click", handler);
    on("submit", () => this.submit());
    on("skip", () => this.#skip());
    on("undo", () => this.#undo());
    on("pause", () => this.#pause());
    for (const id of ["hide", "curtain-lift"]) on(id, () => this.#curtain.toggle());
    on("open-guideline", () => this.#openGuideline());
    for (const id of ["shortcuts", "flags"]) on(`open-${id}`, () => openDialog(id));
    for (const button of document.querySelectorAll("[data-flag]")) {
      const { flag, stands } = button.dataset;
      button.addEventListener("click", () => this.#flag(flag, button.firstElementChild.textContent, stands === "yes"));
    }
    listenToKeys({
      curtain: this.#curtain,
      task: () => (this.#state === "ready" ? this.#task : null),
      submit: () => this.submit(),
      page: {
        S: () => this.#skip(),
        F: () => this.#state === "ready" && openDialog("flags"),
        U: () => this.#undo(),
        G: () => this.#openGuideline(),
        P: () => this.#pause(),
      },
    });
    addEventListener("online", () => this.#state === "unsent" && this.#send());
    byId("sign-out").addEventListener("submit", () => this.#outgoing.forgetKept());
    const wouldLose = () => (this.#outgoing.waits ? !this.#outgoing.keptUntil : this.#task?.touched);
    addEventListener("beforeunload", (event) => wouldLose() && event.preventDefault());
  }
}

new LabelPage().start();
