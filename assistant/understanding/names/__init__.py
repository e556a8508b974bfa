"""The words of a question held against those of the notes and of English."""
