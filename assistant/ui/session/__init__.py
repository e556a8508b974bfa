"""What one visitor's session holds."""
