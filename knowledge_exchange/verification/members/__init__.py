"""Members' records for the membership office, and leaving by oneself."""
