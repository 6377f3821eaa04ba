"""Posts that were held back, decided."""
