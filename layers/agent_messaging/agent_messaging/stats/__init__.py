"""Stats: events counted exactly once from the streams, and rolled up each minute."""
