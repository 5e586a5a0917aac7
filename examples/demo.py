"""The tour in both flavours, against an etcd of its own."""

import asyncio

from etcd_sdk.testing import EtcdServer
from examples import tour, tour_async


def main() -> None:
    for name, run in (
        ("sync", tour.tour),
        ("async", lambda endpoint: asyncio.run(tour_async.tour(endpoint))),
    ):
        with EtcdServer() as server:
            print(f"-- {name}, etcd {server.version} at {server.endpoint}")
            run(server.endpoint)


if __name__ == "__main__":
    main()
