// The preview of a guideline folder: an example in the real editor, what the data would hold of an answer, and the page anew as
// soon as a file of the folder has changed.

import { loadEditor } from "./label-editor.js";
import { listenToKeys } from "./label-keys.js";
import { Task } from "./label-task.js";

const LOOK_MS = 1_000;
const byId = (id) => document.getElementById(id);
const page = byId("label-page");
let task = null;

const json = async (path, options) => {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(`${body.error.what} ${body.error.mend}`);
  return body;
};

async function show(withAnswer) {
  const given = await json(`/examples/${encodeURIComponent(page.dataset.example)}`);
  task?.close();
  task = await Task.show(byId("editor"), { ...given, start: withAnswer ? given.answer : [] }, openClause);
  byId("held").hidden = true;
  page.dataset.state = "ready";
}

function openClause() {
  document.getElementById(`clause-${task.clause}`)?.scrollIntoView();
}

async function tried() {
  const held = byId("held");
  const [rows, problem] = [held.querySelector("tbody"), held.querySelector("p")];
  rows.replaceChildren();
  problem.hidden = true;
  try {
    const body = JSON.stringify({ example: page.dataset.example, result: task.result() });
    const { labels } = await json("/tried", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    rows.replaceChildren(...labels.map(({ label, given, meant }) => row([label, given, meant])));
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
  task.reopenNotes();
  held.hidden = false;
}

function row(words) {
  const made = document.createElement("tr");
  made.append(...words.map((word) => Object.assign(document.createElement("td"), { textContent: word })));
  return made;
}

async function follow() {
  const { stamp } = await json("/stamp").catch(() => ({ stamp: page.dataset.stamp })); // stopped: the page stays as it is
  if (stamp !== page.dataset.stamp) location.reload();
  else setTimeout(follow, LOOK_MS);
}

setTimeout(follow, LOOK_MS);
if (page.dataset.example) {
  await loadEditor(page.dataset.loader);
  byId("try").addEventListener("click", tried);
  byId("answer").addEventListener("click", () => show(true));
  byId("clear").addEventListener("click", () => show(false));
  await show(false);
  listenToKeys({
    curtain: { closed: false, toggle() {} },
    task: () => task,
    submit: tried,
    page: { G: openClause },
  });
}
