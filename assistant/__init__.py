"""A chat assistant that answers deep-learning questions from notes, with GPT-2 writing and every source shown."""

__version__ = "0.9.0"
