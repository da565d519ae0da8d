// The last skip or flag, which may have been a slip: it can be taken back until the next answer, for five minutes at the most.

import * as api from "./label-api.js";
import { setStatus } from "./label-notice.js";
import { say } from "./say.js";

const FRESH_MS = 5 * 60_000; // the service holds it to the same

export class Slip {
  #button = document.getElementById("undo");
  #lease = null;
  #warned = false;
  #timer = 0;

  /** Send what gives a posting back, and offer to take it back unless it `stands`. */
  async make(lease, send, stands = false) {
    await send(lease);
    this.forget();
    if (stands) return;
    this.#lease = lease;
    this.#button.hidden = false;
    this.#timer = setTimeout(() => this.forget(), FRESH_MS);
  }

  /** Whether there is something to take back. */
  get pending() {
    return this.#lease !== null;
  }

  /** Whether to take it back now. Where that would lose what was marked since, only at the second time of asking. */
  may(touched) {
    if (!this.pending) setStatus(say("There is nothing to take back."));
    else if (touched && !this.#warned) {
      this.#warned = true;
      setStatus(say("What you marked here would be lost. Press Undo again to go back all the same."), "bad");
    } else return true;
    return false;
  }

  async takeBack() {
    try {
      await api.undo(this.#lease);
    } catch (error) {
      if (!error.passing) this.forget();
      throw error;
    }
    this.forget();
  }

  forget() {
    clearTimeout(this.#timer);
    this.#lease = null;
    this.#warned = false;
    this.#button.hidden = true;
  }
}
