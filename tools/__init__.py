"""Tools that build the documents and the package, and commands for the operator."""
