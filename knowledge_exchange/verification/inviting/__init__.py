"""Invitations in bulk to people on a roll, and their way in."""
