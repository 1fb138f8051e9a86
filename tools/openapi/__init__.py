"""Build the OpenAPI document from the routes of the functions."""
