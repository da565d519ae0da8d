"""From pieces to text: layout, register and identity cues, with the exact place of every planted passage.

The same draft can be composed in another register or with other cues; what is planted stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotator.synthetic.grammar import Register, Shape
from annotator.synthetic.postings import NOT_STATED, STATE_OF, PlantedSpan

SECTIONS = ("holds", "denied")
"""The two lists that a posting may have: what is so here, and what is not."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence of a draft. `code` and `way` are empty unless it is on an indicator's topic."""

    role: str  # title, open, duties, point, contact, reference; holds and denied for the two lists, heading first
    text: str  # with {nationality} and {gender} where it holds an identity cue
    code: str = ""
    way: str = ""
    tags: tuple[str, ...] = ()
    protective: bool = False
    case: str = ""
    withheld: bool = False
    cue: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity cues. They stand in the text and never bear on the truth."""

    nationality: str
    gender: str


@dataclass(frozen=True, slots=True)
class Composed:
    text: str
    spans: tuple[PlantedSpan, ...]
    decoys: tuple[PlantedSpan, ...]


def compose(pieces: tuple[Piece, ...], shape: Shape, register: Register, identity: Identity) -> Composed:
    """Lay the pieces out in the shape, written in the register."""
    blocks = [block for block in _blocks(pieces, shape) if block[1]]
    out: list[str] = []
    found: list[PlantedSpan] = []
    at = 0
    for text, source in _layout(blocks, shape.gap, register, identity):
        if source is not None and source.code:
            found.append(PlantedSpan(at, at + _core(text), source.code, STATE_OF[source.way]))
        out.append(text)
        at += len(text)
    spans = tuple(span for span in found if span.state != NOT_STATED)
    return Composed("".join(out), spans, tuple(span for span in found if span.state == NOT_STATED))


def _blocks(pieces: tuple[Piece, ...], shape: Shape) -> Iterator[tuple[str, list[Piece]]]:
    """Yield the bullet and the pieces of each block; the two lists are blocks of their own, in the order drawn."""
    by_role: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_role.setdefault(piece.role, []).append(piece)
    points = by_role.get("point", [])
    half = (len(points) + 1) // 2
    by_role |= {"points": points, "points1": points[:half], "points2": points[half:]}
    for bullet, roles in shape.blocks:
        if roles == ("sections",):
            yield from (("- ", by_role[role]) for role in by_role if role in SECTIONS)
        else:
            yield bullet, [piece for role in roles for piece in by_role.get(role, [])]


def _layout(
    blocks: list[tuple[str, list[Piece]]], gap: str, register: Register, identity: Identity
) -> Iterator[tuple[str, Piece | None]]:
    """Yield the text bit by bit, each with the piece it renders, or None for what stands between."""
    for number, (bullet, pieces) in enumerate(blocks):
        if number:
            yield gap, None
        for place, piece in enumerate(pieces):
            if place:
                yield ("\n" if bullet else " "), None
            if bullet and (place or piece.role not in SECTIONS):
                yield bullet, None  # the first piece of a list is its heading
            yield _written(piece, register, identity), piece


def _written(piece: Piece, register: Register, identity: Identity) -> str:
    text = piece.text
    if piece.cue:
        text = text.format(nationality=identity.nationality, gender=identity.gender)
    text = register.apply(text)
    return text.upper() if register.shouting and piece.role == "title" else text


def _core(text: str) -> int:
    """The length of a sentence without its last mark."""
    return len(text.rstrip(".!?"))
