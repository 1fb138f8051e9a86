"""Presence: who is online, by leases that heartbeats renew."""
