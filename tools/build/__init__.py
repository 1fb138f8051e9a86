"""What `sam build` makes: trimmed, and checked."""
