"""Rolls that are fetched from the union’s own system."""
