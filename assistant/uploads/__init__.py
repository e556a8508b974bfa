"""Files that visitors give become notes: recognised by content, converted in a limited process, kept where asked."""
