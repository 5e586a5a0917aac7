"""What the two flavours do differently: waiting, locking, going on beside, asking DNS.

Twins kept by hand, but for ``process.py``, which both share. Code in ``_async/`` uses these and
nothing of asyncio, so that it can be derived for threads.
"""
