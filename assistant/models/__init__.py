"""Which model writes the answers: what there is, what it needs, the choice, and what takes its place."""
