# Derived from examples/tour_async.py by codegen; do not edit.

"""The tour of the SDK: run it as a module, with the endpoint of an etcd as its argument."""

import sys

from etcd_sdk import Client, Compare, EventType, Get, Put, SortOrder, SortTarget, errors


def tour(endpoint: str) -> None:
    with Client([endpoint], timeout=5.0) as etcd:
        etcd.kv.put("/app/a", "1")
        etcd.kv.put("/app/b", b"2", prev_kv=True)
        page = etcd.kv.get(
            "/app/", prefix=True, limit=10, sort_target=SortTarget.MOD, sort_order=SortOrder.DESCEND
        )
        print([(kv.key, kv.value, kv.mod_revision) for kv in page.kvs], page.count)

        newest = Get("/app/").prefix().sort(SortTarget.MOD, SortOrder.DESCEND).limit(1)
        found = etcd.kv.do(newest)
        print(found.kvs[0].key)
        claim = (
            etcd.kv.txn()
            .when(Compare.version("/app/owner") == 0)
            .then(Put("/app/owner", "me"), newest)
            .otherwise(Get("/app/owner"))
        )
        outcome = claim.commit()
        print(outcome.succeeded, len(outcome.responses))

        with etcd.lease.hold(ttl=10) as lease:
            etcd.kv.put("/app/node", "up", lease=lease.id)
            alive = etcd.lease.time_to_live(lease.id, keys=True)
            print(alive.TTL <= 10, alive.keys)

        revision = page.header.revision + 1
        with etcd.watch("/app/", prefix=True, start_revision=revision) as events:
            for event in events:
                print(event.type == EventType.PUT, event.kv.key)
                if event.type == EventType.DELETE:  # the lease was revoked
                    break

        try:
            etcd.kv.get("/app/a", revision=10**9)
        except errors.FutureRevisionError as error:
            print(error.code, error.message)


if __name__ == "__main__":
    tour(sys.argv[1])
