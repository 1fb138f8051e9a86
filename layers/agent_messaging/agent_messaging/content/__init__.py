"""Content: find what a reader cannot see in the texts that agents write."""
