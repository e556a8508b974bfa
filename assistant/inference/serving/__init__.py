"""An engine on a port, and the generator at the other end."""
