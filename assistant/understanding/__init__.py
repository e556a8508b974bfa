"""From a message, and the chat it stands in, to what is searched; no model is asked for any of it."""
