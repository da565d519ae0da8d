"""Label Studio's editor as static files: where the installed build lies, and in what order it loads.

The editor is a lazy chunk of the whole Label Studio front end, and the ids of its chunks belong to one build. They are found
here by looking into the files, for the pinned version only. The files are compressed once into a folder of the caller's, to
be served (`web.frame.packed`) under an address that carries the version. How the page starts the editor is in
`annotator/web/static/editor-boot.js`; nothing here knows the service.
"""

from __future__ import annotations

import gzip
import os
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from annotator.domain.errors import ConfigError

PINNED_VERSION = "1.23.2"
_EDITION = 1  # raise it when the same build is served in another way, since browsers keep what they have

EDITOR_CSP = (
    "default-src 'self'; "
    "script-src 'self'; "  # no inline script, no eval: the editor needs neither
    "style-src 'self' 'nonce-{nonce}'; "  # the editor writes the colours of marked passages into <style> elements
    "img-src 'self' data: blob:; "  # icons in the editor's stylesheets; pictures, which the editor hands on as blobs
    "font-src 'self'; "
    "connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""What a page with the editor may load; `{nonce}` is fresh for every response and stands on `editor-boot.js` too."""

_BUILD_OUT_OF_STEP = (
    "Install the pinned version (`make setup`), or adapt annotator/studio/editor_assets.py to the new build."
)
_LAZY_MODULE = re.compile(r"Promise\.all\(\[((?:\w+\.e\(\d+\),?)+)\]\)\.then\(\w+\.bind\(\w+,(\d+)\)\)")
_LAZY_CHUNK = re.compile(r"\b\w\.e\((\d+)\)")
_PUSHED_CHUNK = re.compile(r"webpackChunklabelstudio\|\|\[\]\)\.push\(\[\[(\d+)\]")
_FONT_URL = re.compile(r"url\(/static/fonts/([\w.-]+)\)")


@dataclass(frozen=True, slots=True)
class EditorAssets:
    """What a page needs to load the editor. Addresses start with `url`, which carries the version."""

    version: str
    url: str
    scripts: tuple[str, ...]  # addresses, in the order in which they must run
    styles: tuple[str, ...]  # addresses
    chunks: tuple[str, ...]  # webpack chunk ids that the editor consists of
    entry: str  # webpack module id that gives `LabelStudio`
    files: dict[str, Path]  # path below `url` → compressed file

    @property
    def loader(self) -> str:
        """The chunk ids and the entry module as one attribute value: `502 594 288 358:41607`."""
        return f"{' '.join(self.chunks)}:{self.entry}"


def find_editor(cache: Path, *, prefix: str = "/editor") -> EditorAssets:
    """Find the installed editor and compress its files below `cache`, unless they are there already.

    Raises `ConfigError` if Label Studio is missing, of another version, or built in a way this module does not know.
    """
    build, fonts = _installed()
    chunks, entry = _lazy_editor((build / "main.js").read_text(encoding="utf-8"), build)
    vendor = _chunk_of(build / "vendor.js")
    lazy = [f"{chunk}.js" for chunk in chunks if chunk != vendor]
    scripts = ["vendor.js", *lazy, "main.js", "runtime.js"]
    later = [f"{chunk}.js" for chunk in _asked_for_later(build, chunks)]
    styles = ["main.css", *(f"{chunk}.css" for chunk in chunks if (build / f"{chunk}.css").is_file())]
    edition = f"{PINNED_VERSION}-{_EDITION}"
    url = f"{prefix}/{edition}"
    return EditorAssets(
        version=PINNED_VERSION,
        url=url,
        scripts=tuple(f"{url}/{name}" for name in scripts),
        styles=tuple(f"{url}/{name}" for name in styles),
        chunks=chunks,
        entry=entry,
        files=_compress(build, fonts, [*scripts, *later, *styles], cache / f"editor-{edition}"),
    )


def _installed() -> tuple[Path, Path]:
    """Return the folder of the front end's build and that of its fonts."""
    try:
        found = version("label-studio")
    except PackageNotFoundError as error:
        raise ConfigError("Label Studio is not installed.", mend="Run `make setup`.") from error
    if found != PINNED_VERSION:
        raise ConfigError(f"Label Studio is {found}, the page is made for {PINNED_VERSION}.", mend=_BUILD_OUT_OF_STEP)
    spec = find_spec("label_studio")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("The label_studio package has no folder.", mend="Run `make setup`.")
    package = Path(next(iter(spec.submodule_search_locations)))
    build = package.parent / "web" / "dist" / "apps" / "labelstudio"
    fonts = package / "core" / "static_build" / "fonts"
    for folder in (build, fonts):
        if not folder.is_dir():
            raise ConfigError(f"Label Studio's front end has no folder {folder.name}.", mend=_BUILD_OUT_OF_STEP)
    return build, fonts


def _lazy_editor(main: str, build: Path) -> tuple[tuple[str, ...], str]:
    """Return the chunk ids and the entry module of the lazy import whose chunks define `window.LabelStudio`."""
    found = {
        (tuple(re.findall(r"\.e\((\d+)\)", chunks)), entry)
        for chunks, entry in _LAZY_MODULE.findall(main)
        if any(_defines_editor(build / f"{chunk}.js", entry) for chunk in re.findall(r"\.e\((\d+)\)", chunks))
    }
    if len(found) != 1:
        raise ConfigError(f"main.js names {len(found)} lazy modules as the editor, not one.", mend=_BUILD_OUT_OF_STEP)
    return found.pop()


def _defines_editor(path: Path, entry: str) -> bool:
    if not path.is_file():
        return False
    source = path.read_text(encoding="utf-8")
    return "window.LabelStudio=" in source and f"{entry}:(" in source


def _asked_for_later(build: Path, chunks: tuple[str, ...]) -> list[str]:
    """Return the chunks that the editor itself loads while it runs."""
    named = {
        chunk
        for own in chunks
        if (path := build / f"{own}.js").is_file()
        for chunk in _LAZY_CHUNK.findall(path.read_text(encoding="utf-8"))
    }
    return sorted(chunk for chunk in named - set(chunks) if (build / f"{chunk}.js").is_file())


def _chunk_of(path: Path) -> str:
    found = _PUSHED_CHUNK.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    if found is None:
        raise ConfigError(f"{path.name} of the editor pushes no chunk.", mend=_BUILD_OUT_OF_STEP)
    return found.group(1)


def _compress(build: Path, fonts: Path, names: list[str], cache: Path) -> dict[str, Path]:
    """Write each file, and the fonts that the stylesheets name, as gzip below `cache`; return them by served path."""
    sources = {name: build / name for name in names}
    for name in [name for name in names if name.endswith(".css")]:
        for font in _FONT_URL.findall(sources[name].read_text(encoding="utf-8")):
            sources[f"fonts/{font}"] = fonts / font
    return {name: _compressed(source, cache / f"{name}.gz") for name, source in sources.items()}


def _compressed(source: Path, target: Path) -> Path:
    if target.is_file():
        return target
    if not source.is_file():
        raise ConfigError(f"The editor's file {source.name} is missing.", mend=_BUILD_OUT_OF_STEP)
    body = source.read_bytes()
    if source.suffix == ".css":
        body = _in_layer(body.decode("utf-8")).encode("utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}.part")  # several processes may start at once, each with its own
    unfinished.write_bytes(gzip.compress(body, compresslevel=9, mtime=0))
    unfinished.replace(target)
    return target


def _in_layer(css: str) -> str:
    """Put a stylesheet of the editor into a layer, so that every rule of our own wins, and let it find its fonts."""
    return "@layer editor {\n" + _FONT_URL.sub(r"url(fonts/\1)", css) + "\n}\n"
