"""Pictures come in by a coordinator's word alone, and without anything but their dots."""

from __future__ import annotations

import csv

import pytest
from PIL import Image
from sqlmodel import select

from annotator.domain.errors import InputError
from annotator.domain.intake import RowError
from annotator.domain.items import ItemState
from annotator.domain.recheck import Decision, Outcome
from annotator.domain.schema import Media
from annotator.intake.pictures import SIDE, Clearance, read_picture
from annotator.intake.recheck import RecheckDesk
from annotator.intake.run import ingest_file
from annotator.storage import items
from annotator.storage.tables import Audit, Item
from annotator.storage.tables_pictures import Picture

WORDS = "Drawn for this test; nobody is in them."


def photograph(path, size=(60, 40), colour="#336699"):
    """Save a photograph that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "A camera of Ada Example"  # Make
    exif.get_ifd(0x8825)[1] = "N"  # GPS latitude reference
    exif[0x0112] = 6  # lies on its side
    Image.new("RGB", size, colour).save(path, exif=exif, comment=b"Ada Example")
    return path


def listed(folder, rows):
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "image", "source"), *rows])
    return path


def bring_in(world, path, clearance):
    return ingest_file(world.database, world.project, path, "test", world.clock, media=Media.IMAGE, clearance=clearance)


def test_a_picture_keeps_its_dots_and_nothing_else(tmp_path):
    path = photograph(tmp_path / "p.jpg")
    assert b"Ada Example" in path.read_bytes()
    found = read_picture(path)
    assert b"Ada" not in found.content
    assert b"Exif" not in found.content
    assert (found.media_type, found.width, found.height) == ("image/jpeg", 40, 60), "it stands as it was held"
    assert read_picture(path).sha256 == found.sha256
    large = read_picture(photograph(tmp_path / "large.jpg", (4000, 1000)))
    assert max(large.width, large.height) == SIDE


def test_what_is_no_picture_of_ours_is_refused(tmp_path):
    (tmp_path / "p.png").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    with pytest.raises(RowError, match="cannot be read"):
        read_picture(tmp_path / "p.png")
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:])
    with pytest.raises(RowError, match="moves"):
        read_picture(tmp_path / "moving.webp")


def test_without_a_coordinator_s_word_nothing_is_read(world, tmp_path):
    photograph(tmp_path / "a.jpg")
    path = listed(tmp_path, [("a", "a.jpg", "synthetic")])
    with pytest.raises(InputError, match="lets a batch in"):
        bring_in(world, path, None)
    with pytest.raises(InputError, match="letters"):
        Clearance("somebody", "ours")
    with pytest.raises(InputError, match="could identify a person: image"):
        ingest_file(world.database, world.project, path, "test", world.clock)
    with world.database.reading() as session:
        assert session.exec(select(Item)).all() == []


def test_made_up_pictures_are_ready_and_others_wait_for_two_people(world, tmp_path):
    (tmp_path / "in").mkdir()
    photograph(tmp_path / "secret.jpg")
    for name, colour in (("a", "red"), ("b", "green"), ("c", "blue")):
        photograph(tmp_path / "in" / f"{name}.jpg", colour=colour)
    rows = [
        ("a", "a.jpg", "synthetic"),
        ("b", "b.jpg", "de-identified"),
        ("c", "c.jpg", "de-identified"),
        ("again", "a.jpg", "synthetic"),
        ("outside", "../secret.jpg", "synthetic"),
        ("elsewhere", "https://example.org/a.jpg", "synthetic"),
        ("gone", "gone.jpg", "synthetic"),
    ]
    one, other, third = world.volunteers(3)
    found = bring_in(world, listed(tmp_path / "in", rows), Clearance(third, WORDS))
    assert (found.ready, found.quarantined, found.duplicates, found.rejected) == (1, 2, 1, 3)
    desk = RecheckDesk(world.database, world.project, world.schema, None)
    now = world.clock.now()
    assert desk.decide("b", one, Decision.ACCEPT, 1, now) is Outcome.OPEN
    assert desk.decide("b", other, Decision.ACCEPT, 1, now) is Outcome.RELEASED
    desk.decide("c", one, Decision.DESTROY, 1, now)
    assert desk.decide("c", other, Decision.DESTROY, 1, now) is Outcome.DESTROYED
    with world.database.reading() as session:
        kept = {row.sha256: row for row in session.exec(select(Picture))}
        a, b, c = (items.by_public_id(session, world.project.id, name) for name in "abc")
        assert {a.text_sha256, b.text_sha256} == kept.keys(), "what was destroyed is gone"
        assert (a.state, b.state, c.state) == (ItemState.READY, ItemState.READY, ItemState.WITHDRAWN)
        assert {row.cleared for row in kept.values()} == {WORDS}
        (line,) = session.exec(select(Audit).where(Audit.action == "items.ingested")).all()
        assert line.actor == third
