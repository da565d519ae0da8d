"""Properties here have no deadline: a first call compiles, and the machine is shared."""

from hypothesis import settings

settings.register_profile("numerics", deadline=None)
settings.load_profile("numerics")
