"""One list of all that waits for a moderator."""
