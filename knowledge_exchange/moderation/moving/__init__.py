"""Threads moved, merged, split, many at once."""
