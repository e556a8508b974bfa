"""One question from first to last, and the conversations that questions stand in."""
