"""Work orders: formal jobs that a client gives to a worker, from the offer to the result."""
