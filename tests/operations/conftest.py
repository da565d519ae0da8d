"""The served application of the page tests, here as well."""

from tests.web.conftest import editor, guideline, site  # noqa: F401
