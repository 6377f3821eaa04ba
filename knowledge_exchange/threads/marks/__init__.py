"""What readers say of a post with one touch."""
