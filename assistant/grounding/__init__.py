"""What the notes say to a question, and what they support of that which a model wrote."""
