// Which words the scripts use: English stands in them, and the page carries the same in its own language (`data-words`).

const words = JSON.parse(document.body.dataset.words || "{}");
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);

/** The page's language, as the tags of `Intl` have it. */
export const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

/** A text in the page's language, its {holes} filled. */
export const say = (text, values = {}) => filled(words[text]?.[0] ?? text, values);

/** The text for a count; {count} is filled as well. */
export function sayCount(one, many, count, values = {}) {
  const [single, several] = words[one] ?? [one, many];
  return filled(count === 1 ? single : several, { count, ...values });
}
