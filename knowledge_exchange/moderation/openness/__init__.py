"""What members can read of how they are moderated."""
