"""Benchmarks: ``python -m bench`` (or ``make bench``). What each figure means: docs/benchmarks.md."""
