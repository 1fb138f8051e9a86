"""The OpenAPI document, made from the routes of the functions."""
