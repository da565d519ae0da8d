// Choosing words of the posting by mouse, by touch and by keyboard alone. All three end in the same thing: a run of whole words,
// shown on the text, waiting for an indicator. Offsets here are UTF-16 units of the text as the page holds it (a <br> is one).

const SETTLE_MS = 300; // a touch selection counts once its handles rest
const HIGHLIGHT = "label-selection";
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const PUNCTUATION_BEFORE = /^["'“”„‘’«»()[\]{}.,;:!?…¡¿–—-]*/u;
const PUNCTUATION_AFTER = /["'“”„‘’«»()[\]{}.,;:!?…¡¿–—-]*$/u;

export class WordSelection {
  #element;
  #changed;
  #words = [];
  #text = "";
  #from = null; // indices of words; #from is where the selection began
  #to = null;
  #last = 0; // the word from which the arrows go on after a passage is marked
  #pressedHandle = false;
  #dragged = false; // the click that ends a drag chooses nothing
  #settle = 0;
  #listeners = new AbortController();

  /** `changed()` is called whenever the selection changes. */
  constructor(element, changed) {
    this.#element = element;
    this.#changed = changed;
    this.#text = pieces(element).map((piece) => piece.text).join("");
    this.#words = wordsOf(this.#text);
    const on = (target, type, handler, capture = false) =>
      target.addEventListener(type, handler, { capture, signal: this.#listeners.signal });
    on(element, "keydown", (event) => this.#onKey(event));
    on(document, "mousedown", (event) => {
      this.#pressedHandle = event.target.tagName === "AREA";
      this.#dragged = false;
    }, true);
    on(document, "mouseup", (event) => this.#onMouseUp(event), true);
    on(element, "click", (event) => this.#onClick(event));
    on(document, "selectionchange", () => this.#onSelectionChange());
  }

  close() {
    this.#listeners.abort();
    clearTimeout(this.#settle);
    CSS.highlights?.delete(HIGHLIGHT);
  }

  /** The chosen words as a DOM range over text nodes, or null. */
  get range() {
    const bounds = this.#bounds();
    return bounds && rangeOf(this.#element, bounds.start, bounds.end);
  }

  get text() {
    const bounds = this.#bounds();
    return bounds ? this.#text.slice(bounds.start, bounds.end) : "";
  }

  clear() {
    if (this.#to !== null) this.#last = Math.max(this.#from, this.#to);
    this.#choose(null, null);
  }

  /** Move by words; with `extend` the other end stays. Without a selection it begins where the last one ended. */
  moveWord(step, extend = false) {
    if (!this.#words.length) return;
    const at = this.#to === null ? this.#last : clamp(this.#to + step, 0, this.#words.length - 1);
    this.#choose(extend && this.#from !== null ? this.#from : at, at);
    this.#reveal();
  }

  /** Move to the word above or below. */
  moveLine(step, extend = false) {
    if (this.#to === null) return this.moveWord(step, extend);
    const here = this.#boxOf(this.#to);
    const rows = this.#words.map((_, index) => ({ index, box: this.#boxOf(index) }));
    const beyond = rows.filter(({ box }) => (step > 0 ? box.top > here.bottom - 2 : box.bottom < here.top + 2));
    if (!beyond.length) return;
    const edge = step > 0 ? Math.min(...beyond.map(({ box }) => box.top)) : Math.max(...beyond.map(({ box }) => box.top));
    const row = beyond.filter(({ box }) => Math.abs(box.top - edge) < here.height / 2);
    const centre = (box) => (box.left + box.right) / 2;
    const { index } = row.reduce((best, word) =>
      Math.abs(centre(word.box) - centre(here)) < Math.abs(centre(best.box) - centre(here)) ? word : best);
    this.#choose(extend ? this.#from : index, index);
    this.#reveal();
  }

  #bounds() {
    if (this.#from === null) return null;
    const [first, last] = [Math.min(this.#from, this.#to), Math.max(this.#from, this.#to)];
    return { start: this.#words[first].start, end: this.#words[last].end };
  }

  #choose(from, to) {
    if (from === this.#from && to === this.#to) return;
    [this.#from, this.#to] = [from, to];
    this.#paint();
    this.#changed();
  }

  #paint() {
    const { range } = this;
    if (!CSS.highlights) {
      window.getSelection().removeAllRanges();
      if (range) window.getSelection().addRange(range);
    } else if (range) {
      CSS.highlights.set(HIGHLIGHT, new Highlight(range));
    } else {
      CSS.highlights.delete(HIGHLIGHT);
    }
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = {
      ArrowRight: () => this.moveWord(1, event.shiftKey),
      ArrowLeft: () => this.moveWord(-1, event.shiftKey),
      ArrowDown: () => this.moveLine(1, event.shiftKey),
      ArrowUp: () => this.moveLine(-1, event.shiftKey),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  }

  #onMouseUp(event) {
    if (!event.isTrusted || this.#pressedHandle) return; // the editor's own resizing, or our own mark
    if (!this.#takeDomSelection()) return;
    this.#dragged = true;
    event.stopPropagation(); // otherwise the editor would mark the bare selection
    window.getSelection().removeAllRanges();
  }

  #onClick(event) {
    if (!event.isTrusted || this.#dragged || !window.getSelection().isCollapsed || event.target.closest(".htx-highlight")) return;
    const word = this.#wordAt(event.clientX, event.clientY);
    if (word === null) return;
    const [first, last] = [Math.min(this.#from, this.#to), Math.max(this.#from, this.#to)];
    if (this.#from === null) this.#choose(word, word);
    else if (word >= first && word <= last) this.clear();
    else this.#choose(word < first ? last : first, word);
  }

  /** Touch gives no mouseup when selection handles are dragged; it counts when they have come to rest. */
  #onSelectionChange() {
    clearTimeout(this.#settle);
    if (!matchMedia("(any-pointer: coarse)").matches) return;
    this.#settle = setTimeout(() => this.#takeDomSelection(), SETTLE_MS);
  }

  /** Turn the browser's selection into whole words of the posting. Returns whether it held any. */
  #takeDomSelection() {
    const selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return false;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.#element)) return false;
    const start = offsetOf(this.#element, range.startContainer, range.startOffset);
    const end = offsetOf(this.#element, range.endContainer, range.endOffset);
    const touched = this.#words.flatMap((word, index) => (word.end > start && word.start < end ? [index] : []));
    if (!touched.length) return false;
    this.#choose(touched[0], touched.at(-1));
    return true;
  }

  #wordAt(x, y) {
    const caret = document.caretPositionFromPoint
      ? document.caretPositionFromPoint(x, y)
      : document.caretRangeFromPoint(x, y);
    const node = caret?.offsetNode ?? caret?.startContainer;
    if (!node || !this.#element.contains(node)) return null;
    const at = offsetOf(this.#element, node, caret.offset ?? caret.startOffset);
    const found = this.#words.findIndex((word) => word.start <= at && at <= word.end);
    return found < 0 ? null : found;
  }

  #boxOf(index) {
    return rangeOf(this.#element, this.#words[index].start, this.#words[index].end).getBoundingClientRect();
  }

  #reveal() {
    const box = this.#boxOf(this.#to);
    const margin = 140;
    if (box.top < margin) scrollBy(0, box.top - margin);
    else if (box.bottom > innerHeight - margin) scrollBy(0, box.bottom - innerHeight + margin);
  }
}

/** The words of a text as {start, end}: what stands between spaces, without the punctuation around it. */
function wordsOf(text) {
  const found = [];
  for (const { 0: run, index } of text.matchAll(/\S+/gu)) {
    if (UNSPACED.test(run)) {
      for (const part of new Intl.Segmenter(undefined, { granularity: "word" }).segment(run)) {
        if (part.isWordLike) found.push({ start: index + part.index, end: index + part.index + part.segment.length });
      }
      continue;
    }
    const start = index + run.match(PUNCTUATION_BEFORE)[0].length;
    const end = index + run.length - run.match(PUNCTUATION_AFTER)[0].length;
    if (start < end) found.push({ start, end });
  }
  return found;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** The text nodes and line breaks of an element, in order, each with the text it stands for. */
function pieces(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE) found.push({ node, text: node.data });
    else if (node.nodeName === "BR") found.push({ node, text: "\n" });
  }
  return found;
}

/** The offset of a DOM point: how much text of `element` lies before it. */
function offsetOf(element, container, offset) {
  const before = document.createRange();
  before.setStart(element, 0);
  const point = before.comparePoint(container, offset) < 0 ? [element, 0] : [container, offset];
  if (element.contains(point[0])) before.setEnd(...point);
  else before.setEnd(element, element.childNodes.length);
  return pieces(before.cloneContents()).reduce((sum, piece) => sum + piece.text.length, 0);
}

/** A range over text nodes from one offset to another. */
function rangeOf(element, start, end) {
  const range = document.createRange();
  let at = 0;
  let begun = false;
  for (const { node, text } of pieces(element)) {
    const after = at + text.length;
    if (node.nodeType === Node.TEXT_NODE && after > at) {
      if (!begun && start < after) {
        range.setStart(node, start - at);
        begun = true;
      }
      if (begun && end <= after) {
        range.setEnd(node, end - at);
        return range;
      }
    }
    at = after;
  }
  return range;
}
