"""The coordinator's pages of people and of quality."""
