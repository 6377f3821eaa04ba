"""Claims to be on a roll, what officers decide about them, and appeals."""
