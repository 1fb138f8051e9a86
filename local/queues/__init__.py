"""The queues of the template: SQS's calls to send messages, and the mappings that deliver them."""
