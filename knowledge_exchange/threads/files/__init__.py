"""Files beside posts: taken in, kept, shown, swept."""
