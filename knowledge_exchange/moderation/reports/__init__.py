"""What members report."""
