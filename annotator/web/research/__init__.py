"""The researcher's pages: exports, releases, and the reference of the API."""
