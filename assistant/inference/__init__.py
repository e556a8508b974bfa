"""A prompt becomes text: models, engines, and the process that serves them."""
