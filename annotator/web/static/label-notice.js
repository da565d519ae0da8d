// The one place where the page says how things stand: saving, waiting, and whatever stands between a person and the next
// posting. Every text a volunteer can meet when something goes wrong is here.

import { language, say, sayCount } from "./say.js";

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

const clock = (moment) => new Date(moment).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

/** The answer has not got through; the page tries again in so many seconds, or not by itself. `kept` is until when it outlives the page. */
export function notSent(error, seconds, kept) {
  if (error.kind === "network" && kept) {
    return {
      title: say("Your answer is kept"),
      text: [
        say("The service cannot be reached. Your answer is kept; it will be sent when the network is back."),
        say("You need not do anything. You may close this page, too: the answer goes out when you open it again before {time}, without signing out in between.", { time: clock(kept) }),
      ],
    };
  }
  const again = seconds ? ` ${say("The page tries again in {seconds} seconds.", { seconds })}` : "";
  return { kind: "warn", title: say("Not saved yet"), text: `${whatHappened(error)}${again}` };
}

/** The lease ended before the answer got through; `summary` is what was answered, where the page still has it. */
export const outOfTime = (kind, summary) => ({
  kind: "warn",
  title: say("The time for this posting ran out"),
  text: [whatHappened({ kind }), summary ? say("What you wrote is still here to read until you go on:") : ""],
  body: summary && summaryOf(summary),
});

/** The answer does not fit: what, where and how to mend it, as the service says. */
export const refusal = ({ what, where, mend }) => ({
  kind: "stop",
  title: say("The answer does not fit the guideline"),
  text: [`${what || say("The service refused it.")}${where ? ` (${say("at {where}", { where })})` : ""}`, mend],
});

/** A flag is stored. One that `stands` has shut the posting away, which nobody can take back alone. */
export const flagged = (title, stands) => ({
  title: say("Flagged: {title}", { title: title.toLowerCase() }),
  text: [
    say("The posting is gone from your screen, and the coordinators see the flag. Thank you. You need not do anything more."),
    stands
      ? say("This flag stands until two people have looked at the posting. If it was a slip, nothing is lost: they release it.")
      : say("If it was a slip, you can take it back until your next answer, for five minutes at the most."),
  ],
});

export const paused = () => ({
  title: say("Paused"),
  text: say("Nothing is held in your name, and a pause never counts against you. Come back whenever you like."),
});

/** The editor itself failed; nothing but a fresh page helps. */
export const editorFailed = () => ({
  kind: "stop",
  title: say("The editor did not load"),
  text: say("Reload the page. If it happens again, tell your coordinator. Nothing that was saved is lost."),
  actions: [[say("Reload"), () => location.reload()]],
});

/** No posting could be fetched; the page asks again in so many seconds, or not at all. */
export const couldNotAsk = (seconds) => ({
  kind: "warn",
  title: seconds ? say("No posting could be fetched") : say("You are signed out"),
  text: seconds ? say("The service does not answer. The page asks again in {seconds} seconds.", { seconds }) : say("Sign in to go on labelling."),
});

/** What an empty queue means, by the reason the service gives. `wait` is how many seconds until it is worth asking again. */
export function emptyQueue(reason, minutes) {
  const known = {
    done: {
      title: say("Everything is labelled"),
      text: say("You have answered every posting that is open to you, or others have finished it. Thank you."),
    },
    held: {
      title: say("Others hold the rest"),
      text: minutes
        ? sayCount(
          "Every posting that is left is being labelled right now. One may come back within a minute; this page asks by itself.",
          "Every posting that is left is being labelled right now. One may come back within {count} minutes; this page asks by itself.",
          minutes,
        )
        : say("Every posting that is left is being labelled right now. One may come back before long; this page asks by itself."),
      wait: 30,
    },
    onboarding: {
      title: say("Something to read first"),
      text: say("A step of coming in is still open, or a text you signed has changed. Nothing is handed out before."),
      link: [say("Go there"), () => location.assign("/welcome")],
    },
    not_approved: {
      title: say("The guideline is not approved yet"),
      text: say("Nothing is handed out before the two bodies that watch over the guideline have approved it. Your coordinator knows more."),
      wait: 60,
    },
    quiz: {
      title: say("The guideline has changed"),
      text: say("Read what is new and answer a few questions on it. Then labelling goes on."),
      link: [say("See what is new"), () => location.assign("/guideline/new")],
    },
    not_qualified: {
      title: say("Not open to you yet"),
      text: say("Labelling opens with training: postings with known answers, explained one by one. If you have come from there, see what is worth reading again."),
      link: [say("To the training"), () => location.assign("/training")],
    },
    paused: {
      title: say("Your labelling is paused"),
      text: say("Nothing is held in your name. Why it is paused, and how to object, stands on a page of your own."),
      link: [say("See why, and object"), () => location.assign("/me/labelling")],
    },
    trained: {
      title: say("Training is done"),
      text: say("Thank you. What comes next are postings as in real work; after some of them labelling is open to you, or you are told what to read again."),
      link: [say("Go on"), () => location.assign("/label")],
    },
    none: {
      title: say("Nothing to label yet"),
      text: say("No posting is open at the moment. New ones appear here as soon as they are released; this page asks by itself."),
      wait: 60,
    },
  };
  return known[reason] ?? { title: say("Nothing to label now"), text: say("The service gave the reason “{reason}”.", { reason }), wait: 60 };
}

/** What a failed request means to the person, by the kind of the error. */
export function whatHappened(error) {
  const known = {
    network: say("The service cannot be reached. Check the connection; your answer stays on this page."),
    server: say("The service had a fault. Your answer stays on this page."),
    "signed-out": say("You have been signed out. Sign in again in the new tab, then come back and press Try again. Your answer stays here."),
    forbidden: say("The service did not accept this page’s session. Sign in again in the new tab, then press Try again. Your answer stays here."),
    expired: say("The time for this posting has run out, so it went back to the others. The answer was not stored."),
    late: say("The answer that this page kept for you could not be sent in time. It was not stored, its copy here is deleted, and the posting went back to the others. It does not count against you."),
    gone: say("This posting is no longer open to you. The answer was not stored."),
  };
  return known[error.kind] ?? error.message;
}
