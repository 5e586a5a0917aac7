"""python-etcd3 (``etcd3`` on PyPI), in its own environment."""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks import works

UNLIMITED = (("grpc.max_receive_message_length", -1),)


class Sync:
    """``etcd3.Etcd3Client``."""

    options: tuple[tuple[str, int], ...] = UNLIMITED

    def __init__(self, endpoint: str) -> None:
        # Not `import`: type checkers run where it is not installed.
        etcd3: Any = importlib.import_module("etcd3")
        host, port = endpoint.split(":")
        self._fan: works.ThreadFan | None = None
        self._watched = ""
        self._client = etcd3.client(
            host, int(port), timeout=works.TIMEOUT, grpc_options=self.options
        )

    def get(self) -> None:
        self._client.get(works.KEY)

    def put(self) -> None:
        self._client.put(works.KEY, works.VALUE)

    def range(self) -> None:
        found = list(self._client.get_prefix(works.RANGE_PREFIX))
        assert len(found) == works.RANGE_KEYS

    def replay(self) -> None:
        watch, cancel = self._client.watch_prefix(works.REPLAY_PREFIX, start_revision=1)
        for events, _ in enumerate(watch, 1):
            if events >= works.REPLAY_EVENTS:
                break
        cancel()

    def watch(self, prefix: str) -> None:
        self._watched = prefix
        watches = [self._client.watch_prefix(prefix)[0] for _ in range(works.FANOUT_WATCHES)]
        self._fan = works.ThreadFan(watches)

    def fanout(self) -> None:
        assert self._fan is not None
        self._fan.expect(works.FANOUT_PUTS)
        self._fan.wait()

    def volley(self) -> None:
        assert self._fan is not None
        self._fan.expect(1)
        self._client.put(self._watched, works.VALUE)
        self._fan.wait()

    def close(self) -> None:
        self._client.close()


class SyncByDefault(Sync):
    """As it is without gRPC options."""

    options = ()
