"""Stats: what happened, counted once from the streams and rolled up each minute."""
