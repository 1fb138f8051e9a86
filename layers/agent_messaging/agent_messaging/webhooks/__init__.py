"""Endpoints of agents that get events by HTTP, and the attempts to deliver them."""
