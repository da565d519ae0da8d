"""Which language a page speaks, and how: the catalogues of `annotator/locale`, chosen anew for each request.

English stands in the code and is its own key. A text that Python makes goes through `say` or `say_count`; one that is only
kept for later is `marked`, and said where it is shown. `annotator.locale.messages` finds them all.
"""

from __future__ import annotations

import gettext
import json
import re
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from annotator.domain.errors import AnnotatorError, InputError
from annotator.domain.words import Words, marked

LANGUAGES = {"en": "English", "es": "Español"}
"""What pages can speak, each by its own name; the first is what the code is written in."""

ENGLISH = "en"
COOKIE = "language"
LOCALE = Path(__file__).parents[2] / "locale"

_chosen: ContextVar[str] = ContextVar("language", default=ENGLISH)
_HOLE = re.compile(r"\{(\w+)\}")


class Spoken(gettext.NullTranslations):
    """A catalogue held in memory, read from its `.po` file; what it lacks comes out in English."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self.messages: dict[str, tuple[str, ...]] = {}
        self.in_scripts: dict[str, tuple[str, ...]] = {}
        for message in catalog:
            if not message.id or message.fuzzy or not all(_forms(message.string)):
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            self.messages[key] = _forms(message.string)
            if any(path.endswith(".js") for path, _ in message.locations):
                self.in_scripts[key] = self.messages[key]
        holed = sorted(filter(_HOLE.search, self.messages), key=lambda text: -len(_HOLE.sub("", text)))
        self._patterns = [
            (_pattern(text), self.messages[text][0]) for text in holed
        ]  # the one that says most goes first

    def gettext(self, message: str) -> str:
        return self.messages.get(message, (message,))[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.messages.get(msgid1, (msgid1, msgid2))[0 if n == 1 else -1]

    def told(self, text: str) -> str:
        """Return a text that was put together elsewhere, by the message that it was put together from."""
        if text in self.messages or not text:
            return self.gettext(text)
        for pattern, into in self._patterns:
            if found := pattern.fullmatch(text):
                return into.format_map({name: self.told(value) for name, value in found.groupdict().items()})
        return text


@cache
def spoken(language: str) -> Spoken:
    """Return the catalogue of a language; English has an empty one."""
    path = LOCALE / language / "LC_MESSAGES" / "annotator.po"
    if language == ENGLISH:
        return Spoken(Catalog())
    with path.open("rb") as file:
        return Spoken(read_po(file, locale=language))


def current() -> str:
    """Return the language of the request that is answered now; English where there is none."""
    return _chosen.get()


def direction() -> str:
    """Return which way the current language is written: `ltr` or `rtl`."""
    return Locale.parse(current()).text_direction


def say(text: str, **values: object) -> str:
    """Return a text in the current language, its `{holes}` filled."""
    found = spoken(current()).gettext(text)
    return found.format(**values) if values else found


def say_count(one: str, many: str, count: int, **values: object) -> str:
    """Return the text for a count in the current language; `{count}` is filled as well."""
    return spoken(current()).ngettext(one, many, count).format(count=count, **values)


def raw(text: str) -> str:
    """Return what templates show for a text; they fill it themselves."""
    return spoken(current()).gettext(text)


def raw_count(one: str, many: str, count: int) -> str:
    """Return what templates show for a count; they fill it themselves."""
    return spoken(current()).ngettext(one, many, count)


def told(error: AnnotatorError) -> str:
    """Return an error in the current language, as `str(error)` has it in English."""
    catalogue = spoken(current())
    text = f"{catalogue.told(error.what)} {catalogue.told(error.mend)}".strip()
    return f"{error.where}: {text}" if isinstance(error, InputError) and error.where else text


def told_text(text: Words | str) -> str:
    """Return a sentence kept as its parts, or a finished English text such as an error's, in the current language."""
    if isinstance(text, str) or not text.values:
        return spoken(current()).told(str(text))
    filled = {name: told_text(value) if isinstance(value, Words) else value for name, value in text.values.items()}
    return say(text.text, **filled)


_WHEN = {
    "day": marked("d MMMM y"),
    "day_of_year": marked("d MMMM"),
    "moment": marked("d MMMM y, HH:mm"),
    "moment_of_year": marked("d MMMM, HH:mm"),
    "short": marked("d MMM y"),
    "short_of_year": marked("d MMM"),
    "month": marked("MMM y"),
    "weekday": marked("EEEE HH:mm"),
}


def when(value: date | datetime, form: str) -> str:
    """Return a date as people say it in the current language; `form` is one of `day`, `moment`, `weekday` and so on."""
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return format_datetime(at, say(_WHEN[form]), locale=current())


def between(first: datetime, last: datetime | None, now: datetime) -> str:
    """Return an interval of days, as far apart as they are told; without a last day it is open at the end."""
    if last is None:
        return say("not before {day}", day=when(first, "short"))
    if first.date() == last.date():
        return when(last, "short_of_year")
    if (first.year, first.month) == (last.year, last.month):
        return say("{first} to {last}", first=first.day, last=when(last, "short_of_year"))
    form = "short_of_year" if last.year == now.year else "month"
    return say("{first} to {last}", first=when(first, form), last=when(last, form))


def script_words() -> str:
    """Return the texts of our scripts in the current language, as JSON for the page; empty in English."""
    found = spoken(current()).in_scripts
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else ""


def choose(cookie: str, accepted: str) -> str:
    """Return the language for somebody: what they chose, else the first that their browser asks for and we speak, else English."""
    if cookie in LANGUAGES:
        return cookie
    weighed = sorted(_wishes(accepted), key=lambda wish: -wish[1])
    return next((name for name, weight in weighed if weight > 0 and name in LANGUAGES), ENGLISH)


class Languages:
    """Chooses the language of each request. Plain ASGI: a route's thread sees the choice as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        token = _chosen.set(choose(_cookie(headers.get("cookie", "")), headers.get("accept-language", "")))
        try:
            await self._app(scope, receive, send)
        finally:
            _chosen.reset(token)


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _wishes(header: str) -> list[tuple[str, float]]:
    """Return the languages of an `Accept-Language` header with their weights; what cannot be read weighs nothing."""
    wishes = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            value = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            value = 0.0
        wishes.append((tag.strip().partition("-")[0].lower(), value))
    return wishes


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def _pattern(template: str) -> re.Pattern[str]:
    """Return what finds a text that was made from a template, and what stands in its holes."""
    parts = _HOLE.split(template)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts)), re.DOTALL
    )
