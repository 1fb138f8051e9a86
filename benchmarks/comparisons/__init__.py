"""The same send and inbox on FastAPI with a relational database."""
