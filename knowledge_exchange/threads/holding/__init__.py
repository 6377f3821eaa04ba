"""Posts that wait, for a look or for their moment."""
