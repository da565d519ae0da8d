"""`make release`: check that a tree may be released, and put the wheel, what it is made of and checksums into `dist/`.

A tree may be released when nothing in it is uncommitted and the changelog's newest heading names the version of `pyproject.toml` with a
day. Nothing is sent anywhere: publishing is a person's step (CONTRIBUTING.md).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.security import dependencies

ROOT = Path(__file__).parents[2]
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def version_of(root: Path) -> str:
    """Return the version that the project says it has."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def problems(root: Path) -> list[str]:
    """Return why a tree may not be released, in words; nothing where it may."""
    found = []
    status = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    if status.stdout:
        found.append(f"{len(status.stdout.splitlines())} files are not committed.")
    version = version_of(root)
    heading = _HEADING.search((root / "CHANGELOG.md").read_text(encoding="utf-8"))
    if heading is None or not re.fullmatch(rf"{re.escape(version)} · \d{{4}}-\d\d-\d\d", heading[1]):
        says = heading[1] if heading else "nothing"
        found.append(f"The changelog's newest heading says {says!r}, not '{version} · YYYY-MM-DD'.")
    return found


def build(root: Path, dist: Path, sbom: Path) -> list[Path]:
    """Build the wheel into an empty folder and lay the SBOM beside it; return what belongs to the release, checksums last."""
    shutil.rmtree(dist, ignore_errors=True)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(dist)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    shutil.copy(sbom, dist / f"annotator-{version_of(root)}.sbom.json")
    files = sorted(dist.iterdir())
    sums = dist / "SHA256SUMS"
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    sums.write_text("".join(lines), encoding="utf-8")
    return [*files, sums]


def main() -> int:
    found = problems(ROOT)
    for problem in found:
        print(problem)
    if found:
        return 1
    dependencies.write_sbom()
    for file in build(ROOT, ROOT / "dist", dependencies.SBOM):
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
