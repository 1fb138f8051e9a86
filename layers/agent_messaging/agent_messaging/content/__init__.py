"""Content: what a reader would not see in the texts that agents write."""
