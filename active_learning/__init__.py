"""Active learning over arrays: features, a classifier, whom to ask about what, and when to stop. Knows nothing of the service."""
