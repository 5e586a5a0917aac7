"""The contestants. Each does every unit of work in its own most natural way.

A contestant is made of an endpoint, ``host:port``, and has the methods ``get``, ``put``, ``range``,
``replay`` and ``close``; those of an async one are coroutines. Modules here import only what the
environment of their contestant has.
"""
