// What the page says when the limits of exposure say: not now. Never a reproach, always when postings are handed out again, by
// the volunteer's own clock; at the end of a session the debrief and where to find support.

import { language, say } from "./say.js";

const byId = (id) => document.getElementById(id);

const WORDS = {
  break: {
    title: say("Time for a break"),
    text: (when) => [
      say("You have been reading for a while. Look away from the screen, stretch, drink something."),
      say("Postings are handed out again from {when}. Come back then, or later, or not today.", { when }),
    ],
  },
  session_over: {
    title: say("Enough for now"),
    text: (when) => [say("This session ends here. Thank you."), say("A new one can begin from {when}, whenever it suits you.", { when })],
    debrief: true,
  },
  day_over: {
    title: say("Enough for today"),
    text: (when) => [say("That is all there is for one day. Thank you."), say("Postings are handed out again from {when}.", { when })],
    debrief: true,
  },
  week_over: {
    title: say("Enough for this week"),
    text: (when) => [say("Some days without any of this do good. Thank you."), say("Postings are handed out again from {when}.", { when })],
    debrief: true,
  },
  quiet_hours: {
    title: say("Quiet hours"),
    text: (when) => [say("Nothing is handed out at night, by your own clock."), say("Postings are handed out again from {when}.", { when })],
    debrief: true,
  },
};

/** The notice for a reason to rest: {title, text, body}; undefined for any other reason. `seconds` until work returns. */
export function restNotice(reason, seconds, zone) {
  const words = WORDS[reason];
  if (!words) return undefined;
  const body = words.debrief ? byId("debrief").content.cloneNode(true) : null;
  return { title: words.title, text: words.text(moment(seconds, zone)), body };
}

/** A moment as people say it: the time, with the day before it when that is not today. */
function moment(seconds, zone) {
  const then = new Date(Math.ceil((Date.now() + seconds * 1000) / 60_000) * 60_000);
  const as = (options, date) => new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(date);
  const day = { year: "numeric", month: "numeric", day: "numeric" };
  const time = as({ hour: "2-digit", minute: "2-digit" }, then);
  return as(day, then) === as(day, new Date()) ? time : `${as({ weekday: "long" }, then)}, ${time}`;
}
