"""Observability: the log and the metrics."""
