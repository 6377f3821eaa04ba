"""The verbs by which threads are kept in order, and what lasts of them."""
