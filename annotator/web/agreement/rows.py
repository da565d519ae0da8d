"""The rows of the tables of agreement, one place for pages and CSV: a page shows each number with a link to its items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from annotator.consensus.agreement import Agreement
from annotator.domain.schema import LabelSpec, Level, Question, Schema
from annotator.domain.words import Words, marked, worded
from annotator.insight.agreement import LabelAgreement
from annotator.insight.confusions import ClauseUse, Confusion
from annotator.insight.history import Block, VersionAgreement
from annotator.insight.labels import said, titles
from annotator.insight.passages import PassageAgreement, Passages
from annotator.storage import pair_answers
from annotator.storage.pair_answers import Shared
from annotator.storage.tables import Annotation
from annotator.web.agreement.pair_matrix import Cell as PairCell
from annotator.web.frame.charts import Linked
from annotator.web.frame.csv_files import Cell
from annotator.web.frame.service import Service
from annotator.web.items.pairs import address
from guidelines.render import clause_id

Row = list[Cell | Linked]

_ALPHA = (marked("alpha"), marked("low"), marked("high"), marked("items"), marked("answers"))
LABELS = (marked("question"), marked("level"), *_ALPHA, marked("cannot tell"))
VERSIONS = (marked("version"), *_ALPHA, marked("in force since (UTC)"))
TIME = (marked("version"), marked("from (UTC)"), marked("to (UTC)"), *_ALPHA, marked("full"))
PAIRS = (marked("one"), marked("other"), marked("items"), marked("kappa"), marked("low"), marked("high"))
CONFUSIONS = (
    marked("question"),
    marked("one says"),
    marked("another says"),
    marked("items"),
    marked("of"),
    marked("share"),
    marked("low"),
    marked("high"),
    marked("clause"),
)
CLAUSES = (
    marked("clause"),
    marked("question"),
    marked("answer"),
    marked("items"),
    marked("differing"),
    marked("share"),
    marked("low"),
    marked("high"),
)
PASSAGES = (
    marked("passage"),
    marked("state"),
    "F1",
    marked("low"),
    marked("high"),
    marked("items"),
    marked("answers"),
)
ALL_PASSAGES = marked("All together")
_BATCH = 500
_LEVELS = {Level.NOMINAL: worded("nominal"), Level.ORDINAL: worded("ordinal")}


def plain(row: Row) -> list[Cell]:
    """Return a row without its links."""
    return [cell.value if isinstance(cell, Linked) else cell for cell in row]


def of_label(row: LabelAgreement) -> Row:
    found = row.agreement
    items = Linked(found.n_items, address(on=row.spec.name, two="given"))
    title = Linked(row.title, f"/coordinator/agreement/time?label={row.spec.name}")
    return [title, _LEVELS[row.spec.level], found.value, found.low, found.high, items, found.n_labels, row.cannot_tell]


def of_version(spec: LabelSpec, row: VersionAgreement) -> Row:
    found, version = row.agreement, row.version
    items = Linked(found.n_items, address(on=spec.name, two="given", version=version.id))
    return [version.name, found.value, found.low, found.high, items, found.n_labels, _moment(version.began)]


def of_block(spec: LabelSpec, row: Block) -> Row:
    found = row.agreement
    times = [_moment(row.first), _moment(row.last)]
    where = address(on=spec.name, two="given", version=row.version.id, since=row.first, until=row.last)
    items = Linked(found.n_items, where)
    full = worded("yes") if row.full else worded("still fills")
    return [row.version.name, *times, found.value, found.low, found.high, items, found.n_labels, full]


def of_pair(cell: PairCell) -> list[Cell]:
    return [cell.one, cell.other, cell.shared, cell.kappa, cell.low, cell.high]


def of_confusion(schema: Schema, row: Confusion) -> Row:
    named, spec = titles(schema), row.spec
    mixed = address(on=spec.name, two="differ", mixed=f"{row.rarer}~{row.other}")
    of = address(on=spec.name, two="given", said=f"{spec.name}={row.rarer}")
    base = row.of if row.rarer == _unmarked(spec) else Linked(row.of, of)  # nobody searches for what was not marked
    numbers: Row = [Linked(row.items, mixed), base, row.share, row.low, row.high]
    words = [said(schema, spec, value) for value in (row.rarer, row.other)]
    return [named[spec.name], *words, *numbers, clause(clause_of(schema, spec, row.rarer))]


def of_clause(schema: Schema, row: ClauseUse) -> Row:
    spec = row.spec
    narrow = {"said": f"{spec.name}={row.value}"} if row.value else {}
    two = "given" if row.value else "applied"
    items = Linked(row.items, address(on=spec.name, two=two, **narrow))
    differing = Linked(row.differing, address(on=spec.name, two="differ", **narrow))
    shares = [row.share, *row.interval] if row.items else [None, None, None]
    answer = said(schema, spec, row.value) if row.value else ""
    return [clause(row.clause), titles(schema)[spec.name], answer, items, differing, *shares]


def of_passages(found: Passages) -> list[Row]:
    """Return a row of all passages together, then one a kind; none where the guideline asks for no passages."""
    question, schema = found.schema.spans, found.schema
    if question is None or found.together is None:
        return []
    everything: Row = [Words(ALL_PASSAGES), "", *_f1(found.together, address(on=question.id, two="applied"))]
    return [everything, *(_of_passage(schema, question, row) for row in found.kinds)]


def passage_names(found: Passages) -> list[str]:
    """Return what people read of each kind of passage."""
    schema = found.schema
    names = ((schema.title_of(row.label), _state(schema.spans, row.state)) for row in found.kinds)
    return [f"{title} · {state}" if state else title for title, state in names]


@dataclass(frozen=True, slots=True)
class Side:
    """What one person said of an item, in the words of the guideline; `others` are the labels that the other person says otherwise
    of, each with what this one says and the words that show it.
    """

    said: Words | str
    others: list[tuple[str, Words | str, str]]


@dataclass(frozen=True, slots=True)
class SideBySide:
    public_id: str
    excerpt: str
    differ: bool
    sides: tuple[Side, Side]


def side_by_side(schema: Schema, spec: LabelSpec, shared: Shared) -> SideBySide:
    one, other = shared.one.labels, shared.other.labels
    differing = [each for each in schema.labels if each != spec and one.get(each.name) != other.get(each.name)]
    sides = (_side(schema, spec, shared.one, differing), _side(schema, spec, shared.other, differing))
    return SideBySide(shared.public_id, shared.text[:240], shared.standing == pair_answers.DIFFER, sides)


def shared_rows(service: Service, spec: LabelSpec, people: tuple[str, str]) -> Iterator[Sequence[Cell]]:
    """Yield what two people said of every item that both answered."""
    after = ""
    while True:
        with service.database.reading() as session:
            page = pair_answers.page(session, service.opened.id, people, spec.name, after, _BATCH)
        for row in page.shared:
            yield [row.public_id, row.one.labels.get(spec.name), row.other.labels.get(spec.name)]
        after = page.cursor
        if not after:
            return


def clause_of(schema: Schema, spec: LabelSpec, value: str) -> str:
    """Return the anchor of the clause that a value of a label is about."""
    question = schema.question(spec.question)
    choice = question.choice(value if spec.is_rating else spec.name) if question is not None else None
    return choice.clause if choice is not None else ""


def clause(anchor: str) -> Cell | Linked:
    """Return a link to a clause of the guideline."""
    return Linked(anchor, f"/guideline#{clause_id(anchor)}") if anchor else ""


def _of_passage(schema: Schema, question: Question, row: PassageAgreement) -> Row:
    """Only the first state is what the flat label says whenever somebody marked it: of others a search would miss items."""
    states = question.state_values
    only = {"said": f"{row.label}={row.state}"} if states[1:] else {}
    where = address(on=row.label, two="applied", **only) if row.state == states[0] else ""
    return [schema.title_of(row.label), _state(question, row.state), *_f1(row.agreement, where)]


def _f1(found: Agreement, where: str) -> Row:
    items = Linked(found.n_items, where) if where else found.n_items
    return [found.value, found.low, found.high, items, found.n_labels]


def _state(question: Question | None, value: str) -> str:
    """Return a state's title; nothing where the guideline tells no states apart."""
    states = question.states if question is not None else ()
    return next((state.title for state in states if state.value == value), "")


def _unmarked(spec: LabelSpec) -> str | None:
    """Return the value that says that nothing was marked; a rating has none."""
    return spec.unmarked or None


def _side(schema: Schema, spec: LabelSpec, given: Annotation, differing: Sequence[LabelSpec]) -> Side:
    named = titles(schema)
    quotes: dict[str, str] = {}
    for span in given.answer.get("spans", []):
        quotes.setdefault(span["label"], span["text"])
    others = [
        (named[each.name], said(schema, each, given.labels.get(each.name)), quotes.get(each.name, ""))
        for each in differing
    ]
    return Side(said(schema, spec, given.labels.get(spec.name)), others)


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}"
