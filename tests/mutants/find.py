"""The mutants of a source file: mutmut's operators and three of our own.

Left alone is what no test should hold: docstrings, annotations, imports, decorators, what a `raise` says, and prose, which is any
text with a blank in it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_string

_LEFT_ALONE = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Decorator, cst.Raise)
_NEVER_CALLS = {"len", "isinstance", "cast", "TypeVar", "marked", "Wording"}
"""The last two hold prose, in parts."""


@dataclass(frozen=True)
class Mutant:
    """One changed place. `function` is (name, line) of the outermost function whose body holds it, None at import time."""

    path: Path
    line: int
    function: tuple[str, int] | None
    module: cst.Module = field(repr=False)
    old: cst.CSTNode = field(repr=False)
    new: cst.CSTNode = field(repr=False)

    def source(self) -> str:
        """Return the whole file with the change in it."""
        changed = self.module.deep_replace(self.old, self.new)
        assert isinstance(changed, cst.Module)
        return changed.code

    def diff(self) -> str:
        """Return the changed lines."""
        lines = difflib.unified_diff(self.module.code.splitlines(), self.source().splitlines(), lineterm="", n=0)
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def mutants(path: Path) -> list[Mutant]:
    """Return every mutant of a file, in the order of the text."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    finder = _Finder(path, wrapper.module)
    wrapper.visit(finder)
    return finder.found


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: Path, module: cst.Module) -> None:
        super().__init__()
        self.path, self.module = path, module
        self.found: list[Mutant] = []
        self.lines = [1]
        self.classes: list[str] = []
        self.outer: tuple[cst.FunctionDef, str, int] | None = None
        self.inside = False  # the body of the outermost function

    def on_visit(self, node: cst.CSTNode) -> bool:
        place = self.get_metadata(PositionProvider, node, None)
        self.lines.append(place.start.line if place else self.lines[-1])
        if _is_left_alone(node):
            return False
        if isinstance(node, cst.ClassDef) and self.outer is None:
            self.classes.append(node.name.value)
        if isinstance(node, cst.FunctionDef) and self.outer is None:
            self.outer = (node, ".".join([*self.classes, node.name.value]), self._first_line(node))
        if self.outer and node is self.outer[0].body:
            self.inside = True
        for new in _changes(node):
            function = self.outer[1:] if self.outer and self.inside else None
            self.found.append(Mutant(self.path, self.lines[-1], function, self.module, node, new))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self.lines.pop()
        if self.outer and original_node is self.outer[0].body:
            self.inside = False
        if self.outer and original_node is self.outer[0]:
            self.outer = None
        elif isinstance(original_node, cst.ClassDef) and self.outer is None:
            self.classes.pop()

    def _first_line(self, node: cst.FunctionDef) -> int:
        """Return where Python says that a function begins: at its first decorator."""
        return self.get_metadata(PositionProvider, node.decorators[0] if node.decorators else node).start.line


def _is_left_alone(node: cst.CSTNode) -> bool:
    if isinstance(node, _LEFT_ALONE):
        return True
    if isinstance(node, (cst.SimpleString, cst.FormattedString)) and " " in cst.Module([]).code_for_node(node):
        return True
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _NEVER_CALLS


def _changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            made = list(operator(node))
            yield from made[:1] if operator is operator_string else made
    yield from _own_changes(node)


def _own_changes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A condition turned round, a result forgotten, a step left out: mutmut has none of them."""
    if isinstance(node, (cst.If, cst.While)):
        within = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), within))
    if isinstance(node, cst.Return) and node.value and not _is_none(node.value):
        yield node.with_changes(value=cst.Name("None"), whitespace_after_return=cst.SimpleWhitespace(" "))
    if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1:
        step = node.body[0]
        if isinstance(step, cst.Expr) and isinstance(step.value, cst.Call):
            yield node.with_changes(body=[cst.Pass()])


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"
