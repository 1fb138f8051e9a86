"""What the sender of a message may see of what became of it."""
