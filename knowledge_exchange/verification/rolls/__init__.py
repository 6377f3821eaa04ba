"""A roll: its file read, staged beside what is known, weighed, applied; who leaves it."""
