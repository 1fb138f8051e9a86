"""The feed: the numbered log of an agent's events, and who listens to it."""
