"""Further training of a model on the notes: what it is shown, how it learns, and what comes of it."""
