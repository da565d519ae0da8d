// The list of marked passages: what each shows, whether the text states or denies it, and a way to take it back.

import { say } from "./say.js";

const el = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
};

/**
 * Show `passages` in `list`. `config` names the labels and states; `current` is the id that the keys act on.
 * `act(kind, id, value)` is called with "state", "remove", "select" or "clause".
 */
export function renderPassages(list, { passages, config, current }, act) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  list.replaceChildren(...passages.map((passage) => item(passage, config, passage.id === current, act)));
  if (focused) (list.querySelector(`[data-focus="${CSS.escape(focused)}"]`) ?? list.querySelector("button"))?.focus();
}

function item(passage, config, isCurrent, act) {
  const label = config.spans.choices.find((choice) => choice.value === passage.label);
  const title = label?.title ?? passage.label;
  const rule = el("button", { type: "button", class: "passage-title", title: say("Open the guideline here"), "data-focus": `${passage.id}:rule` }, title);
  rule.addEventListener("click", () => act("clause", passage.id, label?.clause));
  const quote = el("button", { type: "button", class: "passage-quote", "data-focus": `${passage.id}:quote` }, `“${passage.text}”`);
  quote.addEventListener("click", () => act("select", passage.id));
  const remove = el(
    "button",
    { type: "button", class: "passage-remove", "aria-label": say("Remove {title}: {text}", { title, text: passage.text }), "data-focus": `${passage.id}:remove` },
    say("Remove"),
  );
  remove.addEventListener("click", () => act("remove", passage.id));
  const swatch = el("span", { class: "passage-swatch", "aria-hidden": "true" });
  if (label?.color) swatch.style.backgroundColor = label.color;
  const node = el(
    "li",
    { class: "passage", "data-state": passage.state, "aria-current": isCurrent && "true" },
    swatch,
    el("div", { class: "passage-what" }, rule, quote),
    states(passage, title, config.states, act),
    remove,
  );
  return node;
}

function states(passage, title, question, act) {
  if (!question) return "";
  const group = el("fieldset", { class: "passage-states" }, el("legend", { class: "visually-hidden" }, say("{title}: the text says that this is", { title })));
  for (const choice of question.choices) {
    const input = el("input", {
      type: "radio",
      name: `state-${passage.id}`,
      value: choice.value,
      "data-focus": `${passage.id}:${choice.value}`,
    });
    input.checked = choice.value === passage.state;
    input.addEventListener("change", () => act("state", passage.id, choice.value));
    const text = el("span", {}, choice.title);
    if (choice.hotkey) text.append(" ", el("kbd", { "aria-hidden": "true" }, choice.hotkey.toUpperCase()));
    group.append(el("label", { class: "passage-state" }, input, text));
  }
  return group;
}
