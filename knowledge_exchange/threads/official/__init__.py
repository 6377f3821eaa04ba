"""Answers given officially, with their sources and their day of review."""
