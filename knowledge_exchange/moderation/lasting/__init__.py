"""Summaries, duplicates, collections, tags, old answers."""
