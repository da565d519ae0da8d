// Keeps an open desk current: the service says which parts have changed, and each is fetched as the service renders it.
// Without this script the page is whole, and as old as when it was loaded. A hidden tab listens to nothing.

import { say } from "./say.js";

const RETRY = 30_000;
const light = document.querySelector("[data-live]");
let source = null;
let wanted = {};
let running = false;

function listen() {
  if (source !== null || document.hidden) return;
  source = new EventSource("/coordinator/live");
  source.addEventListener("open", () => show("live"));
  source.addEventListener("marks", (event) => {
    wanted = JSON.parse(event.data);
    refresh();
  });
  source.addEventListener("error", () => {
    show("waiting");
    if (source.readyState === EventSource.CLOSED) {
      stop();
      setTimeout(listen, RETRY);
    }
  });
}

function stop() {
  if (source !== null) source.close();
  source = null;
}

function show(state) {
  light.hidden = false;
  light.dataset.live = state;
  light.textContent = state === "live" ? say("Live") : say("Not live: reload to see what is new");
}

function due(part) {
  const mark = wanted[part.dataset.part];
  return !document.hidden && mark !== undefined && mark !== part.dataset.mark && !part.matches(":focus-within");
}

async function refresh() {
  if (running) return;
  running = true;
  try {
    for (let part; (part = [...document.querySelectorAll("[data-part]")].find(due)); ) await replace(part);
  } catch {
    show("waiting"); // the stream reconnects by itself and tells the marks again
  } finally {
    running = false;
  }
}

async function replace(part) {
  const name = part.dataset.part;
  const mark = wanted[name];
  const response = await fetch(`/coordinator/desk/${name}`);
  if (!response.ok || response.redirected) throw new Error(`${response.status}`);
  const html = await response.text();
  const open = [...part.querySelectorAll("details")].map((each) => each.open);
  part.innerHTML = html;
  part.querySelectorAll("details").forEach((each, place) => { each.open = open[place] ?? false; });
  part.dataset.mark = mark;
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
document.addEventListener("focusout", () => setTimeout(refresh));
window.addEventListener("pagehide", stop);
window.addEventListener("pageshow", listen);
listen();
