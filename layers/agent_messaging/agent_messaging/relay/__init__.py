"""The relay: turn records of the streams into events, append them, and push them."""
