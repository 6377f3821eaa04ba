"""What a member keeps for themselves: bookmarks and what they read of late."""
