"""Deeds of moderators: done, told, undone."""
