"""Commands that are loaded when they are asked for: the packages of all of them together take seconds.

The list of all commands loads none of them: what each is for is read from the text of its module.
"""

from __future__ import annotations

import ast
import inspect
from collections import UserDict
from copy import copy
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

PLACES = {
    "up": "up:up",
    "ingest": "ingest:ingest",
    "import": "moving:import_",
    "adopt": "moving:adopt",
    "synthesize": "synthesize:synthesize",
    "export": "export:export",
    "evaluate": "evaluate:evaluate",
    "consensus": "consensus:consensus",
    "agreement": "agreement:agreement",
    "train": "train:train",
    "pool": "pool:pool",
    "simulate": "simulate:simulate",
    "worker": "worker:worker",
    "web": "web:web",
    "backup": "backup:backup",
    "restore": "restore:restore",
    "settings": "settings:settings",
    "doctor": "doctor:doctor",
    "books": "books:books",
    "imports": "imports:app",
    "people": "people:app",
    "mirror": "mirror:app",
    "audit": "audit:app",
    "guideline": "guideline:app",
    "privacy": "privacy:app",
    "release": "release:app",
    "token": "token:app",
}
"""Where each command stands: the module in `annotator.commands`, and its function or its group of commands."""


class LazyGroup(TyperGroup):
    """The group of all the commands of `PLACES`."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.commands = _Commands(dict.fromkeys(PLACES))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        listed: Any = copy(self)
        listed.commands = {name: TyperCommand(name, help=purpose(place)) for name, place in PLACES.items()}
        super(LazyGroup, listed).format_help(ctx, formatter)


class _Commands(UserDict[str, Any]):
    def __getitem__(self, name: str) -> Any:
        if super().__getitem__(name) is None:
            self[name] = _loaded(name, PLACES[name])
        return super().__getitem__(name)


def _loaded(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"annotator.commands.{module}"), attribute)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
        group: Any = typer.main.get_group(app)
        return group.commands[name]
    app.command(name)(found)
    return typer.main.get_command(app)


def purpose(place: str) -> str:
    """Return the help of a command or group: the docstring of its function, or what its `typer.Typer` is told.

    Raises:
        LookupError: the module does not say it in either of these ways.
    """
    module, _, attribute = place.partition(":")
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == attribute:
            return ast.get_docstring(node) or ""
        if isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == [attribute]:
            told = {word.arg: word.value for word in getattr(node.value, "keywords", ())}
            return inspect.cleandoc(ast.literal_eval(told["help"]))
    raise LookupError(f"{place} does not say what it is for.")
