"""`annotator doctor` finds each thing that can be wrong with an installation, and says how to mend it."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from annotator.cli import app
from annotator.commands.checkup import examine
from annotator.commands.finding import Verdict
from annotator.commands.ports import require_free
from annotator.domain.clock import SystemClock
from annotator.domain.errors import ConfigError
from annotator.privacy.vault import VAULT, RawRow, Vault, new_key
from annotator.settings import Settings
from annotator.storage import heartbeat, outbox
from annotator.storage.heartbeat import DutyState
from annotator.web.frame.service import open_service
from guidelines.loader import latest, load
from tests.ports import free_port


@pytest.fixture
def settings(database, tmp_path):
    """An installation in which all is well, but for what a test breaks."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    made = Settings(home=home, port=free_port(), database_url=database.url, studio=False)
    open_service(made, database, SystemClock(), load("postings", latest("postings")))
    with database.writing() as session:
        heartbeat.write(session, datetime.now(UTC), [DutyState("retrain", 10, datetime.now(UTC), 0, "")])
    return made


def seen(settings, **changes):
    """Return what is not well: part → finding."""
    found = examine(settings.model_copy(update=changes), SystemClock().now)
    return {each.part: each for each in found if each.verdict is not Verdict.WELL}


FRESH = {"people", "approval", "vault"}
"""What an installation is told before anybody has set it up."""


def test_a_new_installation_is_told_only_what_people_have_to_do(settings):
    assert set(seen(settings)) == FRESH
    assert all(each.verdict is Verdict.WARNING and each.mend for each in seen(settings).values())


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("cookies", {"host": "0.0.0.0"}, "plain HTTP"),
        ("overlap", {"overlap": 5, "max_overlap": 2}, "at the least"),
        ("database", {"database_url": "mysql://x/y"}, "not supported"),
        ("database", {"database_url": "postgresql://nobody@127.0.0.1:1/none"}, "does not answer"),
        ("guideline", {"guideline": "nothing"}, "nothing"),
        ("guideline", {"guideline_version": "9.9.9"}, "9.9.9"),
        ("label studio", {"studio": True, "studio_url": "http://127.0.0.1:1"}, "token"),
    ],
)
def test_a_wrong_setting_is_found(settings, part, changes, words):
    finding = seen(settings, **changes)[part]
    assert words in f"{finding.what} {finding.mend}"
    assert finding.verdict is Verdict.WRONG
    assert finding.mend


def test_a_port_that_is_taken_is_found_on_either_kind_of_address(settings):
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        assert "pages" not in seen(settings, host=host)
        with socket.socket(family) as taken:
            taken.bind((host, settings.port))
            taken.listen()
            assert "can't be used" in seen(settings, host=host)["pages"].what
            with pytest.raises(ConfigError, match=f"{host} is taken"):
                require_free(settings.model_copy(update={"host": host}))
    with pytest.raises(ConfigError, match="can't be had"):
        require_free(settings.model_copy(update={"host": "192.0.2.1"}))


def test_the_address_of_the_pages_is_the_public_one_or_where_they_listen():
    assert Settings(host="::1").address == "http://[::1]:8000"
    assert Settings(public_url="https://annotate.example.org").address == "https://annotate.example.org"


def test_settings_are_shown_without_the_passwords_in_them(monkeypatch):
    monkeypatch.setenv("ANNOTATOR_DATABASE_URL", "postgresql://annotator:hunter2@db/annotator")
    monkeypatch.setenv("ANNOTATOR_METRICS_TOKEN", "hunter3")
    monkeypatch.setenv("COLUMNS", "300")
    shown = CliRunner().invoke(app, ["settings"]).stdout
    assert "postgresql://annotator:(set)@db/annotator" in shown
    assert "hunter" not in shown


def test_a_server_that_does_not_answer_is_found(settings):
    from pydantic import SecretStr

    changes = {"studio": True, "studio_url": f"http://127.0.0.1:{free_port()}", "studio_token": SecretStr("t")}
    assert seen(settings, **changes)["label studio"].verdict is Verdict.WRONG


def test_a_bad_vault_key_is_found(settings):
    from pydantic import SecretStr

    assert seen(settings, quarantine_key=SecretStr("short"))["vault"].verdict is Verdict.WRONG


def test_texts_in_the_vault_that_no_item_names_are_found(settings):
    from pydantic import SecretStr

    key = new_key()
    Vault(settings.home / VAULT, key).append(RawRow("01JNAS2W000000000000000000", "a text"))
    assert "No item names 1 of its texts" in seen(settings, quarantine_key=SecretStr(key))["vault"].what


def test_a_taken_port_is_found(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.port))
        taken.listen()
        taken.settimeout(0.1)
        assert "can't be used" in seen(settings)["pages"].what


def test_an_open_home_and_a_home_that_is_a_file_are_found(settings, tmp_path):
    settings.home.chmod(0o755)
    assert "chmod 700" in seen(settings)["home"].mend
    file = tmp_path / "file"
    file.touch()
    assert seen(settings, home=file)["home"].verdict is Verdict.WRONG


def test_a_schema_that_is_old_or_from_the_future_is_found(settings, database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "brings the schema up to date" in seen(settings)["database"].mend
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert seen(settings)["database"].verdict is Verdict.WRONG


def test_a_silent_worker_and_failing_duties_are_found(settings, database):
    now = datetime.now(UTC)
    with database.writing() as session:
        heartbeat.write(session, now - timedelta(hours=1), [])
    assert "60 minutes" in seen(settings)["worker"].what
    with database.writing() as session:
        heartbeat.write(session, now, [DutyState("retrain", 10, None, 3, "There is no room.")])
    assert "3 times in a row: There is no room." in seen(settings)["worker"].what
    with database.writing() as session:
        heartbeat.write(session, now, [DutyState("retrain", 10, None, 0, "", now - timedelta(hours=1))])
    assert "under way since" in seen(settings)["worker"].what


def test_an_outbox_that_waits_is_found(settings, database):
    with database.writing() as session:
        outbox.add(session, datetime.now(UTC) - timedelta(hours=2), outbox.OutboxKind.ITEM_WITHDRAWN, "x")
    assert "120 minutes" in seen(settings, studio=True)["outbox"].what


def test_clocks_that_differ_are_found(settings, database):
    found = {each.part for each in examine(settings, lambda: datetime.now(UTC) + timedelta(minutes=5))}
    assert ("clock" in found) == (not database.is_sqlite)
