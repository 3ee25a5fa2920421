"""Documents, questions and training examples of our own about a made-up ferry company."""
