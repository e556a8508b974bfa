"""From a folder of notes and a question to the passages that answer it."""
