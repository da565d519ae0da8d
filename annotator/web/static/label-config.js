// What the page needs to know of a guideline's questions, read from the Label Studio config that comes with every posting.

const choiceOf = (tag) => ({
  value: tag.getAttribute("alias") || tag.getAttribute("value"),
  title: tag.getAttribute("value"),
  hint: tag.getAttribute("hint") || "",
  hotkey: (tag.getAttribute("hotkey") || "").toLowerCase(),
  clause: tag.getAttribute("clause") || "",
  color: tag.getAttribute("background") || "",
});

const questionOf = (control, children) => ({
  name: control.getAttribute("name"),
  title: headingOf(control) || control.getAttribute("name"),
  maxLength: Number(control.getAttribute("maxLength")) || 0,
  required: control.getAttribute("required") === "true",
  choices: [...control.querySelectorAll(children)].map(choiceOf),
});

/** The nearest heading before a control, inside the same View. */
function headingOf(control) {
  for (let tag = control.previousElementSibling; tag; tag = tag.previousElementSibling) {
    if (tag.tagName === "Header") return tag.getAttribute("value");
  }
  return "";
}

/**
 * Read a label config. Returns {spans, states, choices, notes}: the question whose choices mark passages and the states that a
 * passage may have (null where there are none), the questions about the posting as a whole, and the notes.
 */
export function readConfig(xml) {
  const config = new DOMParser().parseFromString(xml, "text/xml");
  if (config.querySelector("parsererror")) throw new Error("The guideline's label config is not well-formed XML.");
  const choices = [...config.querySelectorAll("Choices")];
  if (!choices.length) throw new Error("The guideline's label config asks nothing.");
  const perRegion = choices.find((tag) => tag.getAttribute("perRegion") === "true");
  const labels = config.querySelector("Labels");
  return {
    spans: labels && questionOf(labels, "Label"),
    states: perRegion && questionOf(perRegion, "Choice"),
    choices: choices
      .filter((tag) => tag !== perRegion)
      .map((tag) => ({ ...questionOf(tag, "Choice"), multiple: tag.getAttribute("choice") === "multiple" })),
    notes: [...config.querySelectorAll("TextArea")].map((tag) => questionOf(tag, "Choice")),
  };
}
