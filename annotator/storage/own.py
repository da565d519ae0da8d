"""Queries of what is a person's own affair: how they like to work, and how they said they were. Nothing else reads them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from annotator.domain.errors import InputError
from annotator.storage import people
from annotator.storage.tables_people import Mood, OwnChoice

GOAL_AT_MOST = 200


def choice_of(session: Session, person_id: str) -> OwnChoice:
    return session.get(OwnChoice, person_id) or OwnChoice(person_id=person_id)


def choose(session: Session, person_id: str, *, covered: bool, session_goal: int | None) -> None:
    """Store how somebody likes to work; a goal is after how many postings they mean to stop.

    Raises:
        InputError: the goal is not one that a session can hold.
    """
    if session_goal is not None and not 1 <= session_goal <= GOAL_AT_MOST:
        raise InputError(f"A goal is a number from 1 to {GOAL_AT_MOST}.", where="goal", mend="Leave it empty for none.")
    people.locked(session, person_id)  # of two first choices at once, as from two tabs, the later one stands
    session.merge(OwnChoice(person_id=person_id, covered=covered, session_goal=session_goal))


def moods_of(session: Session, person_id: str) -> list[Mood]:
    """Return what the person noted, newest first."""
    return list(session.exec(select(Mood).where(Mood.person_id == person_id).order_by(col(Mood.id).desc())))


def note_mood(session: Session, at: datetime, person_id: str, mood: int) -> None:
    session.add(Mood(person_id=person_id, at=at, mood=mood))


def forget_moods(session: Session, person_id: str, mood_id: str | None = None) -> None:
    """Delete one of the person's notes, or all."""
    statement = delete(Mood).where(col(Mood.person_id) == person_id)
    session.execute(statement if mood_id is None else statement.where(col(Mood.id) == mood_id))
