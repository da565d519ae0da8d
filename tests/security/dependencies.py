"""`make audit`: what the product is made of, and what is known against it.

Writes `build/sbom.json` (CycloneDX) from the hashed lock, checks that it names exactly what the lock pins, and asks pip-audit for
known vulnerabilities. That needs a network: where it can't be reached this says so, and claims nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK, SBOM = ROOT / "requirements.lock", ROOT / "build" / "sbom.json"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
_SECONDS = 120


def pinned() -> set[tuple[str, str]]:
    """Return name and version of everything in the lock."""
    return {(_normal(name), version) for name, version in _PIN.findall(LOCK.read_text(encoding="utf-8"))}


def unhashed() -> list[str]:
    """Return what the lock pins without a hash."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK.read_text(encoding="utf-8"))
    return [block.split()[0] for block in blocks if _PIN.match(block) and "--hash=sha256:" not in block]


def write_sbom() -> set[tuple[str, str]]:
    """Write the SBOM; return name and version of its components."""
    SBOM.parent.mkdir(exist_ok=True)
    tool = Path(sys.executable).with_name("cyclonedx-py")
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--of", "JSON", "-o", str(SBOM)]
    subprocess.run([tool, "requirements", str(LOCK), *options], check=True, capture_output=True)
    components = json.loads(SBOM.read_text(encoding="utf-8"))["components"]
    return {(_normal(each["name"]), each.get("version", "")) for each in components}


def known_vulnerabilities() -> list[str] | None:
    """Return what is known against the lock, a line each; None where the advisories can't be reached."""
    tool = Path(sys.executable).with_name("pip-audit")
    options = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        done = subprocess.run(
            [tool, "--requirement", str(LOCK), *options],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        audited = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    if not all("vulns" in each for each in audited):  # a package that was skipped was not checked
        return None
    return [f"{each['name']} {each['version']}: {one['id']}" for each in audited for one in each["vulns"]]


def main() -> int:
    locked, listed, bare = pinned(), write_sbom(), unhashed()
    print(
        f"{SBOM.relative_to(ROOT)}: {len(listed)} components; the lock pins {len(locked)}, {len(bare)} without a hash."
    )
    if locked != listed or bare:
        print(f"They differ: {sorted(locked ^ listed)[:10]} {bare[:10]}")
        return 1
    found = known_vulnerabilities()
    if found is None:
        print(
            "Known vulnerabilities: NOT CHECKED, the advisories can't be reached from here. Run it where there is a network."
        )
        return 0
    print("\n".join(found) if found else "Known vulnerabilities: none.")
    return 1 if found else 0


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
