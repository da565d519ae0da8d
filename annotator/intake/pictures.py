"""Pictures that come in: read, checked, and written anew from their dots alone, so that nothing hidden in the file comes along.

No gate can say whom a picture shows, so nothing comes in by itself: a coordinator lets a whole batch in with a note, in their own
name. Pictures that are not synthetic wait for two people all the same.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlmodel import Session

from annotator.domain.errors import InputError
from annotator.domain.intake import Dots, Row, RowError
from annotator.domain.items import ItemState, Source
from annotator.intake.ingest import Screened
from annotator.storage import pictures
from annotator.storage.tables_pictures import Picture
from annotator.storage.tables_recheck import Recheck

BYTES = 20_000_000
DOTS = 50_000_000
SIDE = 1_600
"""Largest file, largest count of dots, and the longest side that a picture is kept with."""
KINDS = ("PNG", "JPEG", "WEBP")
NOTE = 20
"""Letters that the words of a clearance have at the least."""
_QUALITY = 88
_VERSION = "pictures 1"


@dataclass(frozen=True, slots=True)
class Clearance:
    """A coordinator's word that a batch of pictures may come in."""

    person_id: str
    note: str

    def __post_init__(self) -> None:
        if len(self.note.strip()) < NOTE:
            raise InputError(
                f"The note has fewer than {NOTE} letters.", where="note", mend="Say where the pictures are from."
            )


def read_picture(path: Path) -> Dots:
    """Return the picture of a file without anything but its dots: no place, no camera, no time, no preview.

    Raises:
        RowError: it is no picture that we take; the message names the reason and never what the file holds.
    """
    if path.stat().st_size > BYTES:
        raise RowError(f"the picture is larger than {BYTES:,} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=KINDS) as image:
                return _written_anew(image)
    except RowError:  # a ValueError too, but it says already what is wrong
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RowError(f"the picture cannot be read as {', '.join(KINDS)}") from error
    except Image.DecompressionBombWarning as error:
        raise RowError(f"the picture has more than {DOTS:,} dots") from error


def keep_picture(session: Session, dots: Dots, cleared: str, now: datetime) -> str:
    """Keep a picture with the words that let it in; return its digest, which is its item's."""
    kept = Picture(
        sha256=dots.sha256,
        media_type=dots.media_type,
        width=dots.width,
        height=dots.height,
        content=dots.content,
        cleared=cleared,
        created_at=now,
    )
    pictures.keep(session, kept)
    return kept.sha256


def _written_anew(image: Image.Image) -> Dots:
    if getattr(image, "n_frames", 1) != 1:
        raise RowError("the picture moves")
    if image.width * image.height > DOTS:
        raise RowError(f"the picture has more than {DOTS:,} dots")
    photograph = image.format == "JPEG"
    plain = ImageOps.exif_transpose(image).convert("RGB" if photograph or not _clear(image) else "RGBA")
    plain.thumbnail((SIDE, SIDE))
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    out = io.BytesIO()
    if photograph:
        bare.save(out, "JPEG", quality=_QUALITY)
    else:
        bare.save(out, "PNG", optimize=True)
    return Dots(out.getvalue(), "image/jpeg" if photograph else "image/png", bare.width, bare.height)


def _clear(image: Image.Image) -> bool:
    """Say whether something may shine through the picture."""
    return image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info


class PictureScreen:
    """Screens the rows of one file whose `image` names a file beside it; keeps the pictures beside the items.

    Raises:
        InputError: nobody has let the batch in.
    """

    def __init__(self, path: Path, clearance: Clearance | None) -> None:
        if clearance is None:
            raise InputError(
                "No gate can read a picture, so a coordinator lets a batch in.",
                where=path.name,
                mend='Say --cleared-by with your pseudonym, and --note with where they are from: "Drawn for this project by …".',
            )
        self._folder, self._clearance = path.parent.resolve(), clearance

    def __call__(self, row: Row) -> Screened:
        found = read_picture(self._file(row.image or ""))
        state = ItemState.READY if row.source is Source.SYNTHETIC else ItemState.QUARANTINED
        return Screened("", found.sha256, state, picture=found)

    def keep(self, session: Session, added: list[tuple[str, Screened]], now: datetime) -> None:
        """Keep the pictures of added items, and begin the re-check of those that are not synthetic."""
        for item_id, screened in added:
            dots = screened.picture
            assert dots is not None
            keep_picture(session, dots, self._clearance.note, now)
            if screened.state is ItemState.QUARANTINED:
                session.add(
                    Recheck(
                        item_id=item_id,
                        reasons=["a picture, which no gate can read"],
                        spans=[],
                        gate_version=_VERSION,
                        raw_ref=None,
                        opened_at=now,
                    )
                )
        session.flush()

    def _file(self, name: str) -> Path:
        """Return the file of that name inside the folder of the list, and nothing outside it."""
        parts = PurePosixPath(name)
        file = (self._folder / parts).resolve()
        if "://" in name or parts.is_absolute() or self._folder not in file.parents:
            raise RowError("column 'image' is no path inside the file's own folder")
        if not file.is_file():
            raise RowError("column 'image' names a file that is not there")
        return file
