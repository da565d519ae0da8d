"""The volunteer's pages and their half of the HTTP contract."""
