"""WebSocket connections: frames in, frames out, and who is connected."""
