"""The guard: finds in a text what would let somebody recognise a patient or a colleague, and masks it.

Knows texts, not members: who writes in a thread and which organisations there are is handed in. Nothing that it is
given is kept or logged.
"""
