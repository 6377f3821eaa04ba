"""From a reminder to a suspension, and how each ends."""
