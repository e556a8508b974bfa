"""Which model runs now, and what takes its place."""
