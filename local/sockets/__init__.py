"""The WebSocket API of a template, as API Gateway serves it.

model        the API, its routes and its authorizer, read from the template
events       what the functions get: pure
policy       what an authorizer's answer allows: pure
connections  who is connected, and what may be posted to them
frames       the texts of frames: pure
service      handshakes, frames and ends of connections, without a network
door         the service behind an ASGI server, with the limits of API Gateway
session      one connection behind it, from its handshake to its end
management   POST, GET and DELETE of /@connections/{id} for the functions
"""
