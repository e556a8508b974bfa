"""What a message means: from what was typed and what was said before to what is searched. No model is called."""
