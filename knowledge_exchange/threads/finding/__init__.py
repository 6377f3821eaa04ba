"""Threads for the search: into its index, as its cards and filters, and while a title is typed."""
