"""Which process this is, and what it has from the one that it was forked from.

A fork copies what gRPC made, but neither its threads nor its connections, which both processes have
from then on. To use any of it in the child may wait for ever for a thread of the parent. Even to
free it does harm: some releases of gRPC then tell the server to end calls that are the parent's.
"""

from __future__ import annotations

import os
import weakref

FORKED = "the client was used before a fork: make one in each process"

current = object()
"""Stands for this process; another object does in the child of a fork."""

_spared: weakref.WeakSet[object] = weakref.WeakSet()


def spare(thing: object) -> None:
    """Let no child of this process ever free what gRPC made, not even as it exits."""
    _spared.add(thing)


def _become_another() -> None:
    global current
    current = object()
    inherited = list(_spared)
    if inherited:
        import ctypes

        for thing in inherited:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


os.register_at_fork(after_in_child=_become_another)
