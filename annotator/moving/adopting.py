"""A project that a Label Studio server holds already, whoever made it: its tasks as records, its labelling config as what it asks."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.domain.errors import InputError
from annotator.moving import label_studio
from annotator.moving.drafting import Seen
from annotator.moving.record import Asked, Record
from annotator.studio.client import StudioClient

_PASSAGES = {"Labels", "HyperTextLabels"}
_LABELS = {"Choices", "Rating", "Number"}


def records(client: StudioClient, project: int, asked: Asked) -> Iterator[Record]:
    """Yield a record of every task. Raises as `label_studio.records`, and as the client."""
    tasks = ((f"project {project}, task", task) for task in client.whole_tasks(project))
    yield from label_studio.records(tasks, asked)


def look_at_config(config: str, seen: Seen) -> str:
    """Take in what a labelling config can answer, used so far or not; return the key of the tasks' data that holds the text.

    Raises:
        InputError: it is no config, or shows something else than one text.
    """
    from label_studio_sdk._extensions.label_studio_tools.core.label_config import parse_config

    try:
        controls = parse_config(config)  # type: ignore[no-untyped-call]
    except Exception as error:
        raise InputError("The labelling config cannot be read.", where="label_config") from error
    texts = set()
    for name, control in controls.items():
        texts |= {shown["value"] for shown in control["inputs"] if shown["type"] in {"Text", "HyperText"}}
        values = dict.fromkeys(control["labels"])
        if control["type"] in _PASSAGES:
            seen.passages.setdefault(name, {}).update(values)
        elif control["type"] == "TextArea":
            seen.notes[name] = None
        elif control["type"] in _LABELS and control.get("conditionals") and name not in seen.states:
            seen.states[name] = values
        elif control["type"] in _LABELS and name not in seen.states:
            seen.labels.setdefault(name, {}).update(values)
    if len(texts) != 1:
        mend = "Only projects that show one text a task can be adopted."
        raise InputError(f"The project shows {len(texts)} texts.", where="label_config", mend=mend)
    return str(texts.pop())
