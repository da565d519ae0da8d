"""Versioned guidelines for volunteers, each a folder `name/version/` of text and schema, and what reads them."""
