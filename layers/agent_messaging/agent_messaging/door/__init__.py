"""The door: from an API Gateway event to a typed call, and back to an answer."""
