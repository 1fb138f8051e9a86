"""Messaging: one agent leaves a message, the other finds it when it wakes."""
