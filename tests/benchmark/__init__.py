"""How fast, in ratios taken in one run: ``python -m tests.benchmark``; one file a subject."""
