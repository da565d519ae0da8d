"""What a person said in the other tool as one of our answers, by the mapping. Offsets stay those of the text as it came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from annotator.domain.answers import Answer, Span
from annotator.domain.errors import InputError
from annotator.domain.moved_spans import code_points
from annotator.domain.schema import Kind, Schema
from annotator.moving.mapping import Moving, Target, not_mapped
from annotator.moving.record import Given, Mark
from annotator.studio.result_items import same_words


@dataclass(frozen=True)
class Mapper:
    """Makes answers by one mapping; `left` counts what was left out on purpose, by name."""

    schema: Schema
    moving: Moving
    left: Counter[str]

    def answer(self, text: str, given: Given, where: str) -> Answer | None:
        """Return the answer; None where a question that must be answered is not.

        Raises:
            InputError: the mapping says nothing of a label, or the answer cannot be.
        """
        chosen: dict[str, set[str]] = {}
        notes: dict[str, str] = {}
        for name, values in given.values.items():
            if name in self.moving.notes:
                self._note(notes, name, values)
            else:
                for target in self._targets(name, values, where):
                    chosen.setdefault(target.question, set()).add(target.value)
        spans = [span for mark in given.marks if (span := self._span(text, mark, where)) is not None]
        return self._whole(chosen, tuple(dict.fromkeys(spans)), notes, where)

    def _whole(
        self, chosen: dict[str, set[str]], spans: tuple[Span, ...], notes: dict[str, str], where: str
    ) -> Answer | None:
        marked = {span.question for span in spans}
        choices = {}
        for question in self.schema.questions:
            values = chosen.get(question.id, set())
            if question.required and not values and question.id not in marked and question.id not in notes:
                if question.id not in self.moving.when_missing:
                    return None
                values = {self.moving.when_missing[question.id]}
            if question.kind is Kind.RATING and len(values) > 1:
                mend = f"Leave one of its labels out, or map both to the same choice of {question.id}."
                raise InputError(f"Labels of one answer give {len(values)} ratings.", where=where, mend=mend)
            if values:
                choices[question.id] = tuple(c.value for c in question.choices if c.value in values)
        return Answer(choices, spans, notes) if choices or spans else None

    def _targets(self, name: str, values: tuple[str, ...], where: str) -> list[Target]:
        if name not in self.moving.labels:
            raise not_mapped("labels", name, None, where)
        table = self.moving.labels[name]
        if table is None:
            self.left[name] += len(values)
            return []
        found = []
        for value in values:
            if value not in table:
                raise not_mapped("labels", name, value, where)
            target = table[value]
            if target is None:
                self.left[f"{name}: {value}"] += 1
            else:
                found.append(target)
        return found

    def _note(self, notes: dict[str, str], name: str, values: tuple[str, ...]) -> None:
        question = self.moving.notes[name]
        note = "\n".join(values).strip()
        if question is None:
            self.left[name] += bool(note)
        elif note:
            notes[question] = f"{notes[question]}\n{note}" if question in notes else note

    def _span(self, text: str, mark: Mark, where: str) -> Span | None:
        if mark.name not in self.moving.passages:
            raise not_mapped("passages", mark.name, None, where)
        table = self.moving.passages[mark.name]
        if table is not None and mark.label not in table:
            raise not_mapped("passages", mark.name, mark.label, where)
        target = table[mark.label] if table is not None else None
        if target is None:
            self.left[f"{mark.name}: {mark.label}"] += 1
            return None
        start, end = self._place(text, mark, where)
        if not text[start:end].strip():
            self.left["a passage of blanks"] += 1
            return None
        state = self._state(mark, where) if target.state is None else target.state
        return Span(target.question, target.value, state, start, end, text[start:end])

    def _place(self, text: str, mark: Mark, where: str) -> tuple[int, int]:
        """Return the passage in code points. Where the tool says its words too, they tell how it counts."""
        plain = (mark.start, mark.end)
        ways = [plain] if text.isascii() else [plain, code_points(text, *plain)]
        for start, end in reversed(ways) if self.moving.utf16 else ways:
            fits = 0 <= start < end <= len(text)
            if fits and (mark.words is None or same_words(mark.words, text[start:end])):
                return start, end
        raise InputError(
            f"A passage of {mark.name!r} is not in the text at {mark.start} to {mark.end}.",
            where=where,
            mend="Export the file again, unedited; `offsets: utf-16` in the mapping where a browser has counted.",
        )

    def _state(self, mark: Mark, where: str) -> str:
        for name, values in mark.about.items():
            table = self.moving.states.get(name, {})
            for value in values:
                if value in table:
                    return table[value]
        raise InputError(
            f"Nothing says the state of a passage marked {mark.label!r}.",
            where=where,
            mend=f"Write it in the mapping: passages.{mark.name}.{mark.label}: QUESTION/CHOICE/STATE.",
        )
