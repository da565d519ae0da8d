// The one place where the page says how things stand: saving, waiting, and whatever stands between a person and the next
// posting. Every text a volunteer can meet when something goes wrong is here.

const byId = (id) => document.getElementById(id);

/** The short line beside Submit. `kind` is "", "busy", "good" or "bad". */
export function setStatus(text, kind = "") {
  const status = byId("status");
  status.textContent = text;
  status.dataset.kind = kind;
}

/**
 * Show a notice above the posting: {kind, title, text, actions, body}. `actions` are [label, handler] pairs, the first is
 * the likely one; in place of a handler stands an address that opens beside the page. `body` may be a node with more. Focus goes to the first action,
 * unless the notice comes `quiet`ly.
 */
export function showNotice({ kind = "calm", title, text, actions = [], body = null, quiet = false }) {
  const notice = byId("notice");
  const heading = document.createElement("h2");
  heading.textContent = title;
  const words = [].concat(text).filter(Boolean).map((part) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = part;
    return paragraph;
  });
  const buttons = document.createElement("div");
  buttons.className = "notice-actions";
  actions.forEach(([label, handler], index) => {
    const button = document.createElement(typeof handler === "string" ? "a" : "button");
    button.textContent = label;
    button.className = index ? "button quiet" : "button";
    if (typeof handler === "string") Object.assign(button, { href: handler, target: "_blank" });
    else Object.assign(button, { type: "button", onclick: handler });
    buttons.append(button);
  });
  notice.replaceChildren(heading, ...words, ...(body ? [body] : []), ...(actions.length ? [buttons] : []));
  notice.dataset.kind = kind;
  notice.hidden = false;
  if (actions.length && !quiet) {
    buttons.firstElementChild.focus({ preventScroll: true });
    notice.scrollIntoView({ block: "nearest" });
  }
}

export function clearNotice() {
  byId("notice").hidden = true;
  byId("notice").replaceChildren();
}

/** What was answered, from [what, value] pairs, as a list to read. */
export function summaryOf(lines) {
  const list = document.createElement("dl");
  list.className = "summary";
  for (const [what, value] of lines) {
    const term = document.createElement("dt");
    term.textContent = what;
    const meaning = document.createElement("dd");
    meaning.textContent = value;
    list.append(term, meaning);
  }
  return list;
}

/** The answer does not fit: what, where and how to mend it, as the service says. */
export const refusal = ({ what, where, mend }) => ({
  kind: "stop",
  title: "The answer does not fit the guideline",
  text: [`${what || "The service refused it."}${where ? ` (at ${where})` : ""}`, mend],
});

/** The editor itself failed; nothing but a fresh page helps. */
export const editorFailed = () => ({
  kind: "stop",
  title: "The editor did not load",
  text: "Reload the page. If it happens again, tell your coordinator. Nothing that was saved is lost.",
  actions: [["Reload", () => location.reload()]],
});

/** No posting could be fetched; the page asks again in so many seconds, or not at all. */
export const couldNotAsk = (seconds) => ({
  kind: "warn",
  title: seconds ? "No posting could be fetched" : "You are signed out",
  text: seconds ? `The service does not answer. The page asks again in ${seconds} seconds.` : "Sign in to go on labelling.",
});

const inMinutes = (minutes) => (minutes ? `within ${minutes === 1 ? "a minute" : `${minutes} minutes`}` : "before long");

/** What an empty queue means, by the reason the service gives. `wait` is how many seconds until it is worth asking again. */
export function emptyQueue(reason, minutes) {
  const known = {
    done: {
      title: "Everything is labelled",
      text: "You have answered every posting that is open to you, or others have finished it. Thank you.",
    },
    held: {
      title: "Others hold the rest",
      text: `Every posting that is left is being labelled right now. One may come back ${inMinutes(minutes)}; this page asks by itself.`,
      wait: 30,
    },
    onboarding: {
      title: "Something to read first",
      text: "A step of coming in is still open, or a text you signed has changed. Nothing is handed out before.",
      link: ["Go there", () => location.assign("/welcome")],
    },
    not_approved: {
      title: "The guideline is not approved yet",
      text: "Nothing is handed out before the two bodies that watch over the guideline have approved it. Your coordinator knows more.",
      wait: 60,
    },
    quiz: {
      title: "The guideline has changed",
      text: "Read what is new and answer a few questions on it. Then labelling goes on.",
      link: ["See what is new", () => location.assign("/guideline/new")],
    },
    not_qualified: {
      title: "Not open to you yet",
      text: "Labelling opens with training: postings with known answers, explained one by one. If you have come from there, see what is worth reading again.",
      link: ["To the training", () => location.assign("/training")],
    },
    paused: {
      title: "Your labelling is paused",
      text: "Nothing is held in your name. Why it is paused, and how to object, stands on a page of your own.",
      link: ["See why, and object", () => location.assign("/me/labelling")],
    },
    trained: {
      title: "Training is done",
      text: "Thank you. What comes next are postings as in real work; after some of them labelling is open to you, or you are told what to read again.",
      link: ["Go on", () => location.assign("/label")],
    },
    none: {
      title: "Nothing to label yet",
      text: "No posting is open at the moment. New ones appear here as soon as they are released; this page asks by itself.",
      wait: 60,
    },
  };
  return known[reason] ?? { title: "Nothing to label now", text: `The service gave the reason “${reason}”.`, wait: 60 };
}

/** What a failed request means to the person, by the kind of the error. */
export function whatHappened(error) {
  const known = {
    network: "The service cannot be reached. Check the connection; your answer stays on this page.",
    server: "The service had a fault. Your answer stays on this page.",
    "signed-out": "You have been signed out. Sign in again in the new tab, then come back and press Try again. Your answer stays here.",
    forbidden: "The service did not accept this page’s session. Sign in again in the new tab, then press Try again. Your answer stays here.",
    expired: "The time for this posting has run out, so it went back to the others. The answer was not stored.",
    gone: "This posting is no longer open to you. The answer was not stored.",
  };
  return known[error.kind] ?? error.message;
}
