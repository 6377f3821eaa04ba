"""Pseudonyms, and from whom a thread is hidden."""
