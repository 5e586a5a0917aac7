"""What the two flavours do differently: waiting, locking, going on beside, asking DNS.

Twins kept by hand. Code in ``_async/`` uses these and nothing of asyncio, so that it can be derived
for threads.
"""
