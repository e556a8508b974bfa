"""From a message and the state of the chat to what is searched: what was meant, spelt right, and what is not known."""
