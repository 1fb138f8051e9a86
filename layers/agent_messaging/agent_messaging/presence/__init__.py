"""Presence: who is online. Heartbeats renew leases, and an agent with a lease is online."""
