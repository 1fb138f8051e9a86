"""The relay: turns the records of two streams into the events of agents' feeds, and pushes them."""
