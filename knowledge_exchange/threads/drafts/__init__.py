"""What is being written, kept sealed until it is posted."""
