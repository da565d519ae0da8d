"""Reference pages that are made from the code whenever the site is built: commands, HTTP routes, tables."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import typer
from fastapi.routing import iter_route_contexts
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from annotator.storage.every_table import metadata


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those of the folder."""
    for name, content in (("commands", commands()), ("routes", routes()), ("tables", tables())):
        files.append(File.generated(config, f"reference/{name}.md", content=content))
    return files


def commands() -> str:
    """Return a page of every command with its options, from the command line itself."""
    from annotator.cli import app

    page = ["# Commands", "", "`annotator --help` lists them; each has a `--help` of its own.", ""]
    for name, command in _leaves(typer.main.get_command(app)):
        about, _, example = (command.help or "").partition("Example:")
        page += [f"## annotator {name}", "", " ".join(about.split()), ""]
        if example:
            page += ["```sh", example.strip(), "```", ""]
        rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
        page += [*_table(("option", "default", "what it is"), rows), ""]
    return "\n".join(page)


def routes() -> str:
    """Return a page of every route of `/api/v1` with who may call it, from the application itself."""
    page = ["# HTTP routes", "", "The whole contract, with bodies and examples: `/docs` of a running service.", ""]
    rows = []
    for context in iter_route_contexts(_application().routes):
        route = context.original_route
        if not getattr(route, "include_in_schema", False) or not hasattr(route, "methods"):
            continue
        rows += [
            (f"`{method} {context.path}`", _who(route), _first_line(route.endpoint)) for method in sorted(route.methods)
        ]
    return "\n".join([*page, *_table(("route", "open to", "what it does"), sorted(rows)), ""])


def tables() -> str:
    """Return a page of every table with its columns, from the schema itself."""
    page = [
        "# Tables",
        "",
        "Made by Alembic migrations (`annotator/storage/migrations`); constraints carry the promises.",
        "",
    ]
    for table in sorted(metadata().tables.values(), key=lambda one: one.name):
        rows = [
            (
                f"`{column.name}`",
                str(column.type),
                ", ".join(
                    filter(
                        None,
                        (
                            "key" if column.primary_key else "",
                            "" if column.nullable or column.primary_key else "never empty",
                            *(f"→ `{key.target_fullname}`" for key in column.foreign_keys),
                        ),
                    )
                ),
            )
            for column in table.columns
        ]
        page += [f"## {table.name}", "", *_table(("column", "type", ""), rows), ""]
    return "\n".join(page)


def _leaves(group: Any, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _leaves(command, (*prefix, name))
        else:
            yield " ".join((*prefix, name)), command


def _option(parameter: Any) -> tuple[str, str, str]:
    names = (
        " ".join(f"`{name}`" for name in parameter.opts)
        if parameter.param_type_name == "option"
        else f"`{parameter.name.upper()}`"
    )
    default = parameter.default
    shown = "" if default in (None, "", False) or callable(default) else f"`{default}`"
    return names, "required" if parameter.required else shown, " ".join((getattr(parameter, "help", "") or "").split())


def _application() -> Any:
    """Return the application with nothing behind it: its routes say all that is wanted here."""
    from annotator.app import create_app
    from annotator.domain.clock import SystemClock
    from annotator.settings import Settings
    from annotator.web.frame.service import Service
    from guidelines.loader import latest, load

    service = Service(Settings(), None, SystemClock(), load("postings", latest("postings")), None)  # type: ignore[arg-type]
    return create_app(service, SimpleNamespace(url="/editor", files={}))  # type: ignore[arg-type]


def _who(route: Any) -> str:
    from annotator.web.frame.security import admitted_roles

    found: set[str] = set()

    def walk(dependant: Any) -> None:
        found.update(admitted_roles(dependant.call) or ())
        for each in dependant.dependencies:
            walk(each)

    walk(route.dependant)
    return ", ".join(sorted(found))


def _first_line(endpoint: Any) -> str:
    return (endpoint.__doc__ or endpoint.__name__.replace("_", " ").capitalize()).strip().split("\n")[0]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    escape = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in escape),
    ]
