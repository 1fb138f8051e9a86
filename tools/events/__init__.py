"""Fill the tables of a local server with what the files in events/ name: `make events`."""
