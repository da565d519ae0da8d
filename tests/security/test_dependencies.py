"""What the product is made of is pinned by hash, and listed whole."""

from __future__ import annotations

from tests.security import dependencies


def test_everything_in_the_lock_has_a_hash_and_a_line_in_the_sbom(tmp_path, monkeypatch):
    monkeypatch.setattr(dependencies, "SBOM", tmp_path / "sbom.json")
    assert dependencies.unhashed() == []
    locked = dependencies.pinned()
    assert len(locked) > 100
    assert dependencies.write_sbom() == locked


def test_without_the_advisories_nothing_is_claimed(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(dependencies, "SBOM", dependencies.ROOT / "build" / "sbom-test.json")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert dependencies.main() == 0
    assert "NOT CHECKED" in capsys.readouterr().out
    dependencies.SBOM.unlink()
