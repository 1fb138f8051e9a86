"""Tools: what builds the documents and the package, and what the operator runs."""
