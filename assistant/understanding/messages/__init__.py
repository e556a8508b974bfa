"""What kind of message: about the assistant, an error, another language, nothing at all."""
