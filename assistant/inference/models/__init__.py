"""Which models there are, what they need, and how they are had."""
