"""The AsyncAPI document: what the server sends on its own, and what goes over a WebSocket."""
