"""From a message and the state of its chat to what is searched; pure functions, no model calls."""
