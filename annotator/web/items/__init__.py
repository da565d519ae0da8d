"""Items as coordinators see them: the search, one item, many at once, what comes in, and the two-person re-check."""
