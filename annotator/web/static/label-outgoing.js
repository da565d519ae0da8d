// The one answer that is on its way: it gets a key, never changes after that, and is sent until the service has said what became of it.

import * as api from "./label-api.js";
import { Kept, withWords } from "./label-kept.js";

export class Outgoing {
  #answer = null;
  #kept = new Kept();
  #until = 0;
  #bare = false; // an earlier page kept it, without the words of its passages

  /** An answer to send; its lease ends at `until`, by this machine's clock. */
  begin(answer, until) {
    [this.#answer, this.#until, this.#bare] = [{ ...answer, key: api.newKey() }, until, false];
  }

  /** Take up what an earlier page kept: "found", "late" where its time is up, "none". */
  async resume() {
    const kept = await this.#kept.find();
    if (kept?.late) return "late";
    if (!kept) return "none";
    [this.#answer, this.#until, this.#bare] = [kept.answer, kept.until, true];
    return "found";
  }

  /** Send it; returns what the service says of it. It stays here where that fails. */
  async send() {
    if (!api.prefix) await this.#kept.keep(this.#answer, this.#until);
    const stored = await api.sendAnswer(this.#bare ? await this.#whole() : this.#answer);
    this.forget();
    return stored;
  }

  /** With the words of its passages again, if its lease is still held; the key alone tells whether it was stored before. */
  async #whole() {
    const given = await api.nextPosting();
    return given.lease === this.#answer.lease ? withWords(this.#answer, given.item.text) : this.#answer;
  }

  forget() {
    this.#answer = null;
    this.forgetKept();
  }

  forgetKept() {
    this.#kept.drop();
  }

  get waits() {
    return this.#answer !== null;
  }

  /** Until when it outlives this page; 0 where it does not. */
  get keptUntil() {
    return this.#kept.holds ? this.#until : 0;
  }
}
