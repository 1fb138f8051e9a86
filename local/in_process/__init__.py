"""The template in one process: its functions over moto, called without a server or a socket.

functions   each function's module, loaded once, and the context that a handler is given
requests    events as API Gateway sends them, and what comes back
memory      moto's tables: created once, emptied and put back
tables      the same, read and written behind the functions' back
host        a client over all of it
streams     what the tables' streams hold, delivered to the functions
sockets     connections over the WebSocket API, and what functions post to them
time        a clock for all functions, which stands still and is moved
units       what DynamoDB charges, from the sizes of items
metering    what a request asks of DynamoDB, in calls and units
fake_dynamodb  a DynamoDB for long histories, which only reads
"""
