"""Finds every text that a page can show, and brings the catalogues up to date: `make messages`.

Templates are read by Jinja's extractor, scripts by Babel's, Python by ours: `say`, `say_count`, `marked` and `worded`, and the words
of every error that is raised, and of every `reason` that is given, where a page can show it, f-strings included.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from annotator.web.frame.language import ENGLISH, LANGUAGES, LOCALE

PACKAGE = LOCALE.parent
SHOWN = (
    "web",
    "alerts",
    "people",
    "dispensing",
    "domain",
    "quality",
    "adjudication",
    "coordination",
    "storage",
    "intake",
    "insight",
    "learning",
    "webhooks",
    "worker.py",
    "studio/client.py",
    "studio/columns.py",
    "studio/failures.py",
    "studio/predictions.py",
    "studio/result_items.py",
    "studio/results.py",
    "studio/views.py",
    "privacy/vault.py",
)
"""The packages and files whose errors, reasons and sentences reach a page."""

REASONED = ("annotator/privacy", "active_learning")
"""Packages of which pages show the reasons alone."""

NAMED = {
    "domain/adjudication.py": ("TITLES",),
    "domain/alerts.py": ("ADVICE",),
    "domain/bulk.py": ("WORDING",),
    "domain/governance.py": ("_TITLES",),
    "domain/items.py": ("ItemState", "Source"),
    "domain/project_settings.py": ("GROUPS", "_OPEN_ITEMS", "_NEXT_LEASE"),
    "domain/releases.py": ("ReleaseState",),
    "domain/roles.py": ("Role",),
    "domain/scopes.py": ("TITLES",),
    "domain/vetting.py": ("TITLES",),
    "domain/webhooks.py": ("TITLES",),
    "domain/onboarding.py": ("TITLES",),
    "privacy/values.py": ("Kind",),
    "insight/people.py": ("State",),
    "insight/stuck.py": ("REASONS",),
}
"""Tables of words in layers that know nothing of languages: templates say them (`| said`)."""

_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "sayCount": (1, 2)}
_METHODS = [("web/templates/**.html", "jinja2"), ("web/static/**.js", "javascript")]
_OPTIONS = {"web/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
_OURS_ALONE = "TypeError"  # a slip of the code, never of what somebody has given
_MARKS = {"say": 1, "marked": 1, "worded": 1, "say_count": 2, "explained": 1}


def found() -> Catalog:
    """Return a catalogue of all texts, none of them translated; code that only moves within its file leaves it as it is."""
    catalog = Catalog(project="Annotator", fuzzy=False)
    for name, _, message, comments, _ in extract_from_dir(PACKAGE, _METHODS, _OPTIONS, _KEYWORDS):
        catalog.add(message, locations=[(f"annotator/{name}", 0)], auto_comments=comments)
    for path, message in _in_python():
        catalog.add(message, locations=[(str(path.relative_to(PACKAGE.parent)), 0)])
    ordered = Catalog(project="Annotator", fuzzy=False)
    for text in sorted((each for each in catalog if each.id), key=lambda each: (each.locations, str(each.id))):
        ordered[text.id] = text
    return ordered


def _in_python() -> Iterator[tuple[Path, str | tuple[str, str]]]:
    """Yield every text of the code with the file that it stands in."""
    for name in SHOWN:
        place = PACKAGE / name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            yield from ((path, message) for message in _of_python(path))
    for package in REASONED:
        for path in sorted((PACKAGE.parent / package).rglob("*.py")):
            yield from ((path, reason) for reason in _reasons(ast.parse(path.read_text(encoding="utf-8"))))
    for name, tables in NAMED.items():
        yield from ((PACKAGE / name, text) for text in _of_tables(PACKAGE / name, tables))


def read(language: str) -> Catalog:
    """Return the catalogue of a language as it stands."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "annotator.po"


def update(language: str) -> Catalog:
    """Bring a language's catalogue up to date, write it, and return it: new texts are empty, those that are gone are dropped."""
    catalog = read(language) if path_of(language).exists() else Catalog(locale=language, project="Annotator")
    begun = catalog.creation_date
    catalog.update(found(), no_fuzzy_matching=True)
    catalog.creation_date = begun  # the same texts are the same bytes, whenever
    catalog.obsolete.clear()
    with path_of(language).open("wb") as file:
        write_po(file, catalog, width=120, sort_by_file=True, include_lineno=False, omit_header=False)
    return catalog


def _of_python(path: Path) -> Iterator[str | tuple[str, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _reasons(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "mend":
            yield from _texts(node.value)
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _MARKS:
            if text := _text(node.args[0]):
                yield text
        elif (name.endswith("Error") and name != _OURS_ALONE) or name == "__init__":
            mends = [keyword.value for keyword in node.keywords if keyword.arg == "mend"]
            yield from (text for each in [*node.args[:1], *mends] for text in _texts(each))


def _reasons(tree: ast.AST) -> Iterator[str]:
    """Yield what is given or kept as a `reason`, or given to a function of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword):
            given = node.arg == "reason"
        elif isinstance(node, ast.Assign):
            given = getattr(node.targets[0], "id", "") == "reason"
        else:
            given = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "reason"
        if given:
            said = node.args[0] if isinstance(node, ast.Call) else node.value  # type: ignore[attr-defined]
            yield from (text for text in _texts(said) if " " in text)


def _of_tables(path: Path, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the words of tables and enumerations: what is written as prose, and the values of an enumeration."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        name = getattr(target, "id", getattr(node, "name", ""))
        if name not in names:
            continue
        holed = [part for each in ast.walk(node) if isinstance(each, ast.JoinedStr) for part in each.values]
        holed += [each.value for each in ast.walk(node) if isinstance(each, ast.Expr)]  # docstrings
        for each in ast.walk(node):
            text = _text(each) if isinstance(each, ast.expr) and each not in holed else ""
            if text and (isinstance(node, ast.ClassDef) or text[0].isupper()):
                yield text


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument can be: both of an `a if b else c`."""
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif text := _text(node):
        yield text


def _text(node: ast.expr) -> str:
    """Return a string as it stands, an f-string with `{names}` for what it is filled with, and nothing for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts: list[str] = []
    names: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            names.append(f"part{len(names) + 1}")
            parts.append(f"{{{names[-1]}}}")
    text = "".join(parts)
    return (
        text
        if any(letter.isalpha() for letter in "".join(str(part) for part in parts if not part.startswith("{")))
        else ""
    )


def main() -> None:
    """Bring every catalogue up to date, and say what is left to translate."""
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        catalog = update(language)
        left = sum(1 for message in catalog if message.id and not all(message.string or ("",)))
        sys.stdout.write(f"{language}: {len(catalog)} texts, {left} to translate\n")


if __name__ == "__main__":
    main()
