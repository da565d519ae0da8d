"""The calls of the API, one method each. Lists are iterators that fetch the next page when they get to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from annotator.client.models import (
    Agreement,
    Answer,
    Consensus,
    Event,
    Intake,
    Item,
    Person,
    Quality,
    Queue,
    Release,
)
from annotator.client.transport import Transport


class Annotator(Transport):
    """A service as the owner of a token sees it.

        with Annotator("https://annotator.example.org", token) as annotator:
            for item in annotator.items(state="agreed"):
                print(item.id, item.posterior)

    Every method raises a `ClientError` of the kind that fits, with what the server said.
    """

    def items(self, *, page: int = 200, **search: str | int | bool) -> Iterator[Item]:
        """Yield items that a search finds: `state`, `text`, `campaign`, `said`, `disagree`, `answered`, `version`, `order`."""
        for row in self._pages("/api/v1/items", page, **search):
            yield Item(**row)

    def item(self, item: str) -> Item:
        return Item(**self.get(_of(item)))

    def answers(self, item: str) -> list[Answer]:
        """Return every single answer to an item, oldest first."""
        return [Answer(**row) for row in self.get(f"{_of(item)}/answers")]

    def history(self, item: str) -> list[Event]:
        """Return what became of an item, oldest first."""
        return [Event(**row) for row in self.get(f"{_of(item)}/history")]

    def agreement(self) -> Agreement:
        return Agreement(**self.get("/api/v1/agreement"))

    def consensus(self, *, page: int = 500) -> Iterator[Consensus]:
        """Yield the soft label of every answered item."""
        for row in self._pages("/api/v1/consensus", page):
            yield Consensus(**row)

    def people(self, *, page: int = 200) -> Iterator[Person]:
        for row in self._pages("/api/v1/people", page):
            yield Person(**row)

    def queue(self, *, limit: int = 50) -> Queue:
        """Return what waits for adjudication, worth most first."""
        return Queue(**self.get("/api/v1/adjudication/queue", limit=limit))

    def learning(self) -> dict[str, Any]:
        """Return how active learning stands, as the service tells it."""
        return dict(self.get("/api/v1/learning"))

    def quality(self) -> Quality:
        return Quality(**self.get("/api/v1/quality"))

    def releases(self) -> list[Release]:
        """Return releases that are handed out, the newest version first."""
        return [Release(**row) for row in self.get("/api/v1/releases")]

    def fetch_release(self, version: str, folder: Path, *, accept_terms: str) -> Path:
        """Store a release's zip in a folder and return its path; `accept_terms` is its `terms_sha256`: you accept its terms."""
        path = folder / f"{quote(version, safe='.')}.zip"
        part = path.with_suffix(".part")
        address = f"/api/v1/releases/{quote(version, safe='')}/archive"
        with self.stream(address, terms=accept_terms) as reply, part.open("wb") as file:
            for piece in reply.iter_bytes():
                file.write(piece)
        return part.replace(path)

    def add_postings(self, path: Path, *, manifest: Path | None = None) -> Intake:
        """Send a file of postings in (JSONL, CSV, Parquet). Sending it again adds nothing, so it is tried again by itself."""
        files = {"file": (path.name, path.read_bytes())}
        if manifest is not None:
            files["manifest"] = (manifest.name, manifest.read_bytes())
        return Intake(**self.post("/api/v1/postings", files=files))

    def _pages(self, path: str, limit: int, **params: str | int | bool) -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            asked = {"cursor": cursor} if cursor else {}
            page = self.get(path, limit=limit, **params, **asked)
            yield from page["items"]
            cursor = page["next"]


def _of(item: str) -> str:
    return f"/api/v1/items/{quote(item, safe='')}"
