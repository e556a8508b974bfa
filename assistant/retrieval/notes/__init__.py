"""A folder of notes becomes passages."""
