"""A team's week, lived through the service's own use cases with a clock that moves: for demonstrations, rehearsals and tests."""
