"""Sockets: connections of the WebSocket API, which bring an agent its events at once."""
