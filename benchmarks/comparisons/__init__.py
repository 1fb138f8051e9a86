"""The same send and inbox on what a user would pick instead."""
