"""Follow-ups, kind by kind: what a message leaves unsaid is taken from the state of the chat."""
