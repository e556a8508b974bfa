"""What a message asks: its kind, its spelling, what it goes on from, its parts, and names that nobody holds."""
