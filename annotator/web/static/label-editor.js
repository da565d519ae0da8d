// Label Studio's editor on our page: start it, show one posting in it, and read and change what is marked. Nothing here
// knows of leases, requests or the page around the editor.

const INTERFACES = ["controls"];
const SETTINGS = { enableHotkeys: true, showLabels: true, selectAfterCreate: false, continuousLabeling: false };
const LATE_MS = 10_000;

let LabelStudio = null;

/** Start the editor's modules. `loader` is "chunk ids:entry module", as `EditorAssets.loader` gives it. */
export async function loadEditor(loader) {
  const [chunks, entry] = loader.split(":");
  const require = window.editorModules;
  if (!require) throw new Error("The editor's scripts did not load.");
  await Promise.all(chunks.split(" ").map((chunk) => require.e(chunk)));
  require(entry);
  LabelStudio = window.LabelStudio;
}

/** One posting in the editor. Make it with `showPosting`, end it with `close`. */
class Posting {
  #studio;
  #annotation;
  #config;
  #place = 0;

  constructor(studio, annotation, config) {
    this.#studio = studio;
    this.#annotation = annotation;
    this.#config = config;
  }

  /** The element that holds the posting's text, and nothing else; null where no words are marked. */
  get textElement() {
    return this.#config.spans && this.#annotation.names.get(this.#labels.toname).getRootNode();
  }

  get #labels() {
    return this.#annotation.names.get(this.#config.spans.name);
  }

  /** The value of the label that is picked up for the next passage, or null; a selected passage shows its own label. */
  get pickedLabel() {
    return !this.#config.spans || this.#annotation.selectedRegions.length ? null : (this.#labels.selectedValues()[0] ?? null);
  }

  /** Marked passages in the order of the text: {id, label, state, text, start, end, selected}. */
  passages() {
    return this.#annotation.regionStore.regions
      .filter((region) => region.labeling)
      .map((region) => ({
        id: region.cleanId,
        label: region.labeling.mainValue[0],
        state: this.#stateOf(region)?.mainValue[0] ?? null,
        text: region.text,
        start: region.startOffset,
        end: region.endOffset,
        selected: region.selected,
      }))
      .sort((a, b) => a.start - b.start || a.end - b.end);
  }

  /** The elements that show a passage in the text. */
  spansOf(id) {
    return this.#region(id)?._spans ?? [];
  }

  /** Mark what `range` covers as `label`, the way a mouse would: select it and let the button go over the text. */
  mark(range, label) {
    const labels = this.#labels;
    this.#annotation.unselectAll(true);
    labels.unselectAll();
    labels.findLabel(label).setSelected(true);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    // The editor takes two marks at one place within half a second for a double click, so no two may share a place.
    this.#place = 100 - this.#place;
    range.startContainer.parentElement.dispatchEvent(new MouseEvent("mouseup", { bubbles: true, clientX: this.#place }));
    this.textElement.dispatchEvent(new MouseEvent("click", { bubbles: true })); // it takes the next click for a drag's end
    labels.unselectAll();
  }

  /** Give every passage that has no state yet the first one. */
  completeStates() {
    if (!this.#config.states) return;
    for (const region of this.#annotation.regionStore.regions) {
      if (region.labeling && !this.#stateOf(region)) this.#writeState(region, this.#config.states.choices[0].value);
    }
  }

  setState(id, state) {
    const region = this.#region(id);
    if (region) this.#writeState(region, state);
  }

  remove(id) {
    this.#region(id)?.deleteRegion();
  }

  select(id) {
    const region = this.#region(id);
    if (region && !region.selected) this.#annotation.selectArea(region);
  }

  undo() {
    if (this.#annotation.history.canUndo) this.#annotation.undo();
  }

  redo() {
    if (this.#annotation.history.canRedo) this.#annotation.redo();
  }

  /** The values chosen in a question about the whole posting. */
  chosen(name) {
    return this.#annotation.names.get(name).selectedValues();
  }

  /** Choose, or take back, a choice of a question; a label of passages is picked up for the next words. */
  press(name, value) {
    this.#annotation.names.get(name).findLabel(value).onHotKey();
  }

  /** Label Studio's result list, with texts that were typed but not confirmed. */
  result() {
    this.#annotation.beforeSend();
    return this.#annotation.serializeAnnotation();
  }

  /** Put the notes that `result` took in back into their fields, so that they can be changed. */
  reopenNotes() {
    for (const { name } of this.#config.notes) {
      const note = this.#annotation.names.get(name);
      const text = note.selectedValues().join("\n");
      if (!text) continue;
      note.updateFromResult(null);
      note.updateResult();
      note.setValue(text);
    }
  }

  close() {
    this.#studio.destroy();
  }

  #region(id) {
    return this.#annotation.regionStore.regions.find((region) => region.cleanId === id);
  }

  #stateOf(region) {
    return region.results.find((result) => result.from_name.name === this.#config.states?.name);
  }

  #writeState(region, state) {
    const result = this.#stateOf(region);
    const control = this.#annotation.names.get(this.#config.states.name);
    if (result) {
      result.setValue([state]);
    } else {
      this.#annotation.history.setReplaceNextUndoState(true); // one undo takes the passage back together with its state
      region.addResult({
        area: region.id,
        from_name: control,
        to_name: region.object,
        type: control.resultType,
        value: { [control.valueType]: [state] },
      });
    }
    control.needsUpdate();
  }
}

/** Show a posting in `root`, with what the result `start` marks in it; resolves to a `Posting` once its text stands on the page. */
export function showPosting(root, { text, image, labelConfig, config, start = [] }) {
  const node = document.createElement("div");
  root.replaceChildren(node);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("The editor did not show the posting.")), LATE_MS);
    const studio = new LabelStudio(node, {
      config: labelConfig,
      interfaces: INTERFACES,
      settings: SETTINGS,
      instanceOptions: { reactVersion: "v18" },
      user: { id: 1, pk: 1 },
      task: { id: 1, data: image ? { image } : { text }, annotations: [], predictions: [] },
      onLabelStudioLoad: (store) => {
        const annotation = store.annotationStore.addAnnotation({ userGenerate: true });
        store.annotationStore.selectAnnotation(annotation.id);
        once(node, image ? "img" : ".lsf-htx-richtext", () => {
          clearTimeout(late);
          if (start.length) restore(annotation, start);
          resolve(new Posting(studio, annotation, config));
        });
      },
    });
  });
}

/** Bring what a result holds into an annotation, unrecorded: `reinitHistory` would replace the areas that the questions hold. */
function restore(annotation, result) {
  annotation.history.freeze();
  annotation.deserializeResults(result);
  annotation.updateObjects();
  annotation.history.safeUnfreeze();
}

/** Call `done` as soon as `node` holds something that matches. */
function once(node, selector, done) {
  if (node.querySelector(selector)) return done();
  const observer = new MutationObserver(() => {
    if (!node.querySelector(selector)) return;
    observer.disconnect();
    done();
  });
  observer.observe(node, { childList: true, subtree: true });
}
