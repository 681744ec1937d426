"""Property tests give the same examples everywhere, and no clock fails them."""

from hypothesis import settings

settings.register_profile("formulas", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("formulas")
