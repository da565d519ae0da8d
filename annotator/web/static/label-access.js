// What Label Studio's controls lack for people who use a keyboard or a screen reader: roles, names, focus, pressed state.

import { say } from "./say.js";

/** Keep the editor's controls usable without a mouse; call again whenever the editor has drawn. Changes only what differs. */
export function makeAccessible(root, config) {
  const set = (node, name, value) => {
    if (node && node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  };
  root.querySelectorAll(".question > :is(h1, h2, h3, h4, h5, h6)").forEach((node) => {
    set(node, "role", "heading");
    set(node, "aria-level", 2);
  });
  root.querySelectorAll(".lsf-image img").forEach((node) => set(node, "alt", say("The picture to label")));
  root.querySelectorAll(".lsf-label").forEach((node, index) => {
    const label = config.spans?.choices[index];
    set(node, "role", "button");
    set(node, "tabindex", 0);
    set(node, "aria-pressed", node.classList.contains("lsf-label_selected"));
    if (label?.hotkey) set(node, "aria-keyshortcuts", label.hotkey);
    if (label) node.dataset.label = label.value;
  });
  const groups = [...root.querySelectorAll(".lsf-choices")].filter((node) => !node.closest(".states"));
  groups.forEach((node, index) => {
    const question = config.choices[index];
    if (!question) return;
    set(node, "role", question.multiple ? "group" : "radiogroup");
    set(node, "aria-label", question.title);
    if (question.required && !question.multiple) set(node, "aria-required", true);
    node.dataset.question = question.name;
    node.querySelectorAll("input").forEach((input, at) => {
      if (input.type === "radio") set(input, "name", question.name); // so that the arrow keys move inside the group
      const key = question.choices[at]?.hotkey;
      if (!key) return;
      set(input, "aria-keyshortcuts", key);
      set(input.closest(".lsf-choice__item"), "data-key", key);
    });
  });
  root.querySelectorAll("[data-testid='textarea-control']").forEach((node, index) => {
    const question = config.notes[index];
    node.querySelectorAll("textarea, input").forEach((field) => {
      set(field, "aria-label", question?.title ?? say("Note"));
      if (question?.maxLength) set(field, "maxlength", question.maxLength);
    });
  });
}

/**
 * Enter and Space press a label. The editor makes a choice's input anew whenever it draws, which loses the focus: call what
 * this returns after it has drawn.
 */
export function addKeyboard(root) {
  let last = null;
  root.addEventListener("keydown", (event) => {
    const label = event.target.closest?.(".lsf-label");
    if (!label || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.stopPropagation();
    label.click();
  });
  root.addEventListener("focusin", ({ target }) => {
    const group = target.closest(".lsf-choices");
    last = group && { target, group, at: [...group.querySelectorAll("input")].indexOf(target) };
  });
  return () => {
    if (!last || last.target.isConnected || document.activeElement !== document.body) return;
    last.group.querySelectorAll("input")[last.at]?.focus({ preventScroll: true });
  };
}
