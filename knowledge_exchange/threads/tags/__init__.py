"""What threads are about, and who follows it."""
