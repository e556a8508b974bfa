"""What is searched: vectors, words, abbreviations, kept on disk and in memory."""
