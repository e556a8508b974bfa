"""Files that visitors give."""
