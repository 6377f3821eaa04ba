"""Twelve months of a network in numbers that name nobody."""
