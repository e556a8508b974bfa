"""What the index and the retriever are made of: vectors, words, files, and knowing what the notes do not cover."""
