"""Official answers: given, reviewed, withdrawn."""
