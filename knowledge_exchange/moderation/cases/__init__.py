"""What is to be decided, by whom and until when."""
