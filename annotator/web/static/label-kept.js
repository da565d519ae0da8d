// An answer that is on its way, kept in this browser until the service has it, its lease ends, or its session does.
// What is kept: the choices, the offsets of passages and the notes of one answer; never the posting, nor the words that were
// marked in it. It is encrypted with a key made from the session's token, so that nobody reads it once that session is over.

import { csrf } from "./label-api.js";

const NAME = "label.kept";

const inBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

async function sessionKey() {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`kept ${csrf()}`));
  return crypto.subtle.importKey("raw", digest, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** An answer without the words of its marked passages. */
export function withoutWords(answer) {
  const bare = ({ text, ...value }) => value;
  return { ...answer, result: answer.result.map((item) => ("start" in item.value ? { ...item, value: bare(item.value) } : item)) };
}

/** An answer with the words of its marked passages taken from the posting again; offsets count code points. */
export function withWords(answer, posting) {
  const points = [...posting];
  const whole = (value) => ({ ...value, text: points.slice(value.start, value.end).join("") });
  return { ...answer, result: answer.result.map((item) => ("start" in item.value ? { ...item, value: whole(item.value) } : item)) };
}

export class Kept {
  #timer = 0;

  /** Whether the answer outlives this page. */
  holds = false;

  /** Keep an answer until a moment of this machine's clock. Where the browser cannot, the answer stays on the page alone. */
  async keep(answer, until) {
    if (until <= Date.now()) return;
    try {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const plain = new TextEncoder().encode(JSON.stringify(withoutWords(answer)));
      const data = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await sessionKey(), plain));
      localStorage.setItem(NAME, JSON.stringify({ until, iv: inBase64(iv), data: inBase64(data) }));
      this.#hold(until);
    } catch {
      this.drop(); // no secure context, or no room
    }
  }

  /** What an earlier page kept: {answer, until}; {late: true} where its time is up; null where there is none for this session. */
  async find() {
    try {
      const { until, iv, data } = JSON.parse(localStorage.getItem(NAME));
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromBase64(iv) }, await sessionKey(), fromBase64(data));
      if (until <= Date.now()) {
        this.drop();
        return { late: true };
      }
      this.#hold(until);
      return { answer: JSON.parse(new TextDecoder().decode(plain)), until };
    } catch {
      this.drop(); // nothing there, or another session's
      return null;
    }
  }

  drop() {
    clearTimeout(this.#timer);
    this.holds = false;
    localStorage.removeItem(NAME);
  }

  #hold(until) {
    clearTimeout(this.#timer);
    this.holds = true;
    this.#timer = setTimeout(() => this.drop(), until - Date.now());
  }
}
