"""The question book: what learners type for each section of the notes, with the sentences that answer it."""
