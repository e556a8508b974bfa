"""The embedder learns from the question book which section and which sentence answers a question."""
