"""Work orders: a formal job that a client hands to a worker, from offer to result."""
