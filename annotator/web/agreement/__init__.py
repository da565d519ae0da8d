"""Agreement as it forms: pages, charts, tables, and the same as JSON."""
