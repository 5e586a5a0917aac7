"""Calls that concern one member can be aimed at it; all others go where the transport likes."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from etcd_sdk_api import methods
from etcd_sdk_api._async import AsyncApi
from etcd_sdk_api._sync import Api
from etcd_sdk_api.method import Method

AIMED = {
    "status": (),
    "defragment": (),
    "hash": (),
    "hash_kv": (),
    "snapshot": (),
    "move_leader": (7,),
}


class Recorder:
    """A transport of either flavour that remembers which calls went where, and answers nothing."""

    def __init__(self, calls: list[tuple[str | None, str]], endpoint: str | None = "") -> None:
        self._calls = calls
        self._endpoint = endpoint

    def at(self, endpoint: str | None) -> Recorder:
        return Recorder(self._calls, endpoint)

    def unary(self, method: Method[Any, Any], request: object, timeout: object) -> Any:
        self._calls.append((self._endpoint, method.name))
        return asyncio.sleep(0)

    server_stream = unary


def test_the_calls_that_concern_one_member_are_constant_data() -> None:
    aimed = {method.name for method in methods.ALL if method.member}
    rpcs = ("Status", "Defragment", "Hash", "HashKV", "Snapshot", "MoveLeader")
    assert aimed == {f"Maintenance.{rpc}" for rpc in rpcs}


@pytest.mark.parametrize("api", [Api, AsyncApi])
@pytest.mark.parametrize(("name", "arguments"), AIMED.items())
def test_a_call_is_aimed_where_the_caller_says(
    api: Any, name: str, arguments: tuple[int, ...]
) -> None:
    calls: list[tuple[str | None, str]] = []
    call = getattr(api(Recorder(calls)).maintenance, name)

    async def call_twice() -> None:
        await call(*arguments)
        await call(*arguments, endpoint="b:2379")

    asyncio.run(call_twice())
    assert [endpoint for endpoint, _ in calls] == [None, "b:2379"]
    assert len({method for _, method in calls}) == 1


@pytest.mark.parametrize("api", [Api, AsyncApi])
def test_only_those_calls_take_an_endpoint(api: Any) -> None:
    rpc = api(Recorder([]))
    takers = set()
    for service in api.__slots__:
        facade = getattr(rpc, service)
        for name, member in inspect.getmembers(facade, inspect.ismethod):
            parameters = list(inspect.signature(member).parameters)
            if "endpoint" in parameters:
                takers.add(f"{service}.{name}")
                assert parameters[-2:] == ["endpoint", "timeout"]
    assert takers == {f"maintenance.{name}" for name in AIMED}
