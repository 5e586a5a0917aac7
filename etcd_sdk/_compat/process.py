"""Which process this is, and what of gRPC's it must never free.

A fork copies what gRPC made, but neither its threads nor its connections, which both processes have
from then on. To use any of it in the child may wait for ever for a thread of the parent. Even to
free it does harm: some releases of gRPC then tell the server to end calls that are the parent's.

An interpreter that exits stops its daemon threads wherever they are, perhaps with a lock of gRPC's.
To free a call then, as modules are torn down, may wait for ever for that lock.
"""

from __future__ import annotations

import atexit
import os
import weakref

FORKED = "the client was used before a fork: make one in each process"

current = object()
"""Stands for this process; another object does in the child of a fork."""

_spared: weakref.WeakSet[object] = weakref.WeakSet()


def spare(thing: object) -> None:
    """Have neither the exit of this process nor a child of it ever free what gRPC made."""
    _spared.add(thing)


def _keep_for_ever() -> None:
    spared = list(_spared)
    if spared:
        import ctypes

        for thing in spared:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def _become_another() -> None:
    global current
    current = object()
    _keep_for_ever()


os.register_at_fork(after_in_child=_become_another)
atexit.register(_keep_for_ever)
