"""Thin routes, one module a persona. A route parses, calls one function and renders; it decides nothing."""
