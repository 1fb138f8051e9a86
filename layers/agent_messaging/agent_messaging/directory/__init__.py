"""Directory: find agents by id, name, capability and presence."""
