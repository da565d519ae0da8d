"""The migrations make exactly the tables that the code knows, and can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from annotator.storage.database import migration_config
from annotator.storage.every_table import metadata
from annotator.storage.tables_consensus import ConsensusFit, Skill
from tests.world import World


def test_migrations_and_tables_say_the_same(database):
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata())
    assert differences == []


def test_migrations_go_down_and_up_again(database):
    with database.engine.connect() as connection:
        command.downgrade(migration_config(connection), "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    database.migrate()
    with database.engine.connect() as connection:
        assert "item" in inspect(connection).get_table_names()


def test_what_is_known_of_somebody_belongs_to_the_project_of_its_fit(world):
    """Before 0026 a person had one skill a label, whichever project's fit had come last."""
    (person,) = world.volunteers(1)
    beside = World(world.database, world.clock, name="beside")
    with world.database.writing() as session:
        for project, fit in ((world.project, "fit 1"), (beside.project, "fit 2")):
            session.add(_fit(project.id, fit))
            session.flush()
            session.add(_skill(person, project.id, fit))
    with world.database.engine.connect() as connection:
        command.downgrade(migration_config(connection), "0025")
        assert connection.execute(text("SELECT person_id, fit_id FROM skill")).all() == [(person, "fit 2")]
    world.database.migrate()
    with world.database.engine.connect() as connection:
        assert connection.execute(text("SELECT project_id FROM skill")).scalars().all() == [beside.project.id]


def _fit(project_id: str, fit_id: str) -> ConsensusFit:
    counts = dict.fromkeys(("n_answers", "n_labels", "n_items", "n_people"), 1)
    return ConsensusFit(
        id=fit_id,
        project_id=project_id,
        label="concern",
        method="",
        fitted_at=datetime(2026, 3, 2, tzinfo=UTC),
        converged=True,
        log_likelihood=0.0,
        model={},
        **counts,
    )


def _skill(person_id: str, project_id: str, fit_id: str) -> Skill:
    return Skill(
        person_id=person_id,
        project_id=project_id,
        label="concern",
        fit_id=fit_id,
        confusion=[[1.0]],
        effective_n=1.0,
        accuracy=1.0,
        low=0.0,
        high=1.0,
    )
