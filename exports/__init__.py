"""What leaves the house: files that other tools load. Reads a frozen snapshot as Arrow, never the database."""

from exports.load import Examples, Release, load_release

__all__ = ["Examples", "Release", "load_release"]
