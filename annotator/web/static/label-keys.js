// Which key means what on the labelling page. All of it is decided here: the editor's own shortcuts, which differ with the
// focus and hold many for other kinds of data, never hear of a key.

import { openDialog } from "./label-panels.js";

const PASSES = ["Tab", "Enter", " ", "ArrowUp", "ArrowDown", "Shift"]; // these mean something to whatever has the focus
const TYPES = "textarea, select, input:not([type=checkbox], [type=radio])";

/** Wire the switch for keys without Ctrl, Command or Alt (WCAG 2.1.4); returns what says whether they are wanted. */
function singleKeySwitch() {
  const box = document.getElementById("single-keys");
  if (!box) return () => true; // the preview has no switch
  box.checked = localStorage.getItem("label.singleKeys") !== "off";
  box.addEventListener("change", () => localStorage.setItem("label.singleKeys", box.checked ? "on" : "off"));
  return () => box.checked;
}

/** Listen to the page's keys. `task()` is the posting that can be worked on, or null; `page` holds what Shift and a letter do. */
export function listenToKeys({ curtain, task, submit, page }) {
  const singleKeys = singleKeySwitch();
  const key = document.querySelector("#submit kbd");
  if (key && /Mac|iP(hone|ad)/.test(navigator.platform)) key.textContent = "⌘ ↵";
  const onKey = (event) => {
    if (event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    const dialog = document.querySelector("dialog[open]");
    if (event.key === "Escape") {
      event.stopPropagation();
      if (dialog) return; // the browser closes it
      event.preventDefault();
      curtain.toggle();
    } else if (dialog || curtain.closed) {
      event.stopPropagation();
    } else if (command && event.key === "Enter") {
      take(event);
      submit();
    } else if (!event.target.matches?.(TYPES) && (pageKey(event, command) || taskKey(event, command))) {
      take(event);
    }
  };

  const pageKey = (event, command) => {
    if (command || event.altKey || !singleKeys()) return false;
    if (event.key === "?") return Boolean(openDialog("shortcuts"));
    const does = event.shiftKey && page[event.key.toUpperCase()];
    if (does) does();
    return Boolean(does);
  };

  const taskKey = (event, command) => {
    const arrow = event.key.startsWith("Arrow");
    if (!event.target.closest?.("#editor")) event.stopPropagation(); // the editor would keep Enter from a button of ours
    if (PASSES.includes(event.key) || (arrow && event.target.matches?.("input[type=radio], .lsf-htx-richtext"))) return false;
    const now = task();
    event.stopPropagation();
    return Boolean(now) && (singleKeys() || command || event.key.length > 1) && now.onKey(event);
  };

  addEventListener("keydown", onKey, true);
}

function take(event) {
  event.preventDefault();
  event.stopPropagation();
}
