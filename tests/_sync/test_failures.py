# Derived from tests/_async/test_failures.py by codegen; do not edit.

"""How calls fail: typed, soon, and saying where, what and why."""

from __future__ import annotations

import gc
import math
import weakref

import grpc
import pytest

from etcd_sdk import Client, Watch, errors, pb
from etcd_sdk.testing import EtcdServer
from tests.twins._sync import Beside, eventually


@pytest.fixture
def dead_endpoint() -> str:
    """Where nobody listens any more."""
    server = EtcdServer()
    server.start()
    endpoint = server.endpoint
    server.stop()
    return endpoint


def test_the_servers_error_says_everything(server: EtcdServer) -> None:
    with Client(server.endpoint) as client:
        with pytest.raises(errors.FutureRevisionError) as caught:
            client.kv.get("a", revision=2**50)
    error = caught.value
    assert error.code is errors.StatusCode.OUT_OF_RANGE
    assert error.message == "etcdserver: mvcc: required revision is a future revision"
    assert (error.endpoint, error.method, error.in_doubt) == (server.endpoint, "KV.Range", False)
    assert isinstance(error.__cause__, grpc.RpcError)
    assert str(error) == f"{error.message} [KV.Range at {server.endpoint}; OUT_OF_RANGE]"


def test_a_write_to_nobody_is_not_in_doubt(dead_endpoint: str) -> None:
    with Client(dead_endpoint, timeout=1.0) as client:
        with pytest.raises(errors.UnavailableError, match=dead_endpoint) as caught:
            client.kv.put("a", "1")
    assert isinstance(caught.value, ConnectionError)
    assert (caught.value.method, caught.value.in_doubt) == ("KV.Put", False)


def test_a_name_that_does_not_resolve(prefix: str) -> None:
    with Client("no-such-host.invalid:2379", timeout=2.0) as client:
        with pytest.raises(errors.UnavailableError) as caught:
            client.kv.put(prefix, "1")
    assert not caught.value.in_doubt


def test_a_write_that_was_under_way_is_in_doubt(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        client.kv.put("a", "1")
        own_server.pause()
        put = Beside(lambda: client.kv.put("a", "2", timeout=60))
        with pytest.raises(errors.DeadlineExceededError):
            client.kv.get("a", timeout=0.5)  # sent behind the put, so the put is out
        own_server.kill()
        with pytest.raises(errors.UnavailableError) as caught:
            put.result()
    assert caught.value.in_doubt


def test_the_deadline(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint, timeout=0.2) as client:
        client.kv.get("a", timeout=10)
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError) as read:
            client.kv.get("a")
        with pytest.raises(TimeoutError) as written:
            client.kv.put("a", "1", timeout=0.1)
        own_server.resume()
        assert not read.value.in_doubt
        assert isinstance(written.value, errors.DeadlineExceededError)
        assert written.value.in_doubt
        client.kv.put("a", "1", timeout=math.inf)


def test_the_same_client_goes_on_after_a_restart(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        client.kv.put("a", "1")
        own_server.kill()
        with pytest.raises(errors.UnavailableError):
            client.kv.get("a", timeout=0.5)
        own_server.start()
        found = client.kv.get("a")
        assert found.kvs[0].value == b"1"


def test_a_closed_client_refuses_everything(server: EtcdServer) -> None:
    with Client(server.endpoint) as client:
        client.kv.get("a")
    for _ in range(2):
        with pytest.raises(errors.ClientClosedError, match=r"closed.*KV\.Range"):
            client.kv.get("a")
    with pytest.raises(errors.ClientClosedError):
        client.kv.put("a", "1")
    with pytest.raises(errors.ClientClosedError):
        client.rpc.watch.watch()
    with pytest.raises(errors.ClientClosedError):
        client.rpc.maintenance.snapshot()
    client.close()


def test_closing_before_the_first_call(server: EtcdServer) -> None:
    client = Client(server.endpoint)
    client.close()
    with pytest.raises(errors.ClientClosedError):
        client.kv.get("a")


def test_closing_ends_a_call_that_waits(own_server: EtcdServer) -> None:
    client = Client(own_server.endpoint)
    client.kv.get("a")
    own_server.pause()
    read = Beside(lambda: client.kv.get("a", timeout=60))
    write = Beside(lambda: client.kv.put("a", "1", timeout=60))
    with pytest.raises(errors.DeadlineExceededError):
        client.kv.get("a", timeout=0.3)
    client.close()
    with pytest.raises(errors.ClientClosedError) as caught:
        read.result()
    assert not caught.value.in_doubt
    with pytest.raises(errors.ClientClosedError) as caught:
        write.result()
    assert caught.value.in_doubt


def read_the_future(client: Client) -> None:
    client.kv.get("a", revision=2**50)


def ask_nobody(client: Client) -> None:
    client.maintenance.status(endpoint="127.0.0.1:1")


def wait_in_vain(client: Client) -> None:
    next(client.rpc.watch.watch(timeout=0.1))


def watch_the_past(client: Client) -> None:
    with client.watch("a", start_revision=1) as watch:
        next(watch)


def keep_what_is_not_there(client: Client) -> None:
    kept = client.lease.keep_alive(404)
    kept.lost.wait(10)
    kept.check()


@pytest.mark.usefixtures("no_collector")
def test_a_failure_is_gone_once_nobody_holds_it(own_server: EtcdServer) -> None:
    """It leaves nothing to the garbage collector, least of all a call, which holds a connection."""
    failing = (read_the_future, ask_nobody, wait_in_vain, watch_the_past, keep_what_is_not_there)
    with Client(own_server.endpoint) as client:
        put = client.kv.put("a", "1")
        client.kv.compact(put.header.revision)
        for fail in failing:
            with pytest.raises(errors.EtcdError) as caught:
                fail(client)
            is_there = weakref.ref(caught.value)
            del caught
            assert is_there() is None, fail


@pytest.mark.usefixtures("no_collector")
def test_a_closed_client_is_gone_once_nobody_holds_it(server: EtcdServer, prefix: str) -> None:
    left: weakref.WeakSet[object] = weakref.WeakSet()
    use_and_close(Client(server.endpoint), prefix, left)
    eventually(lambda: not left)


def use_and_close(client: Client, prefix: str, connections: weakref.WeakSet[object]) -> None:
    with client, client.watch(prefix), client.lease.hold(30):
        client.kv.put(prefix, "1")
    connections.add(client._connection)


def test_nothing_is_left_of_a_stream_that_is_ended_while_it_is_read(
    server: EtcdServer, prefix: str
) -> None:
    left: weakref.WeakSet[object] = weakref.WeakSet()
    with Client(server.endpoint) as client:
        end_a_raw_stream(client, prefix, left)
        end_the_stream_of_a_lease(client, left)
        eventually(lambda: gc.collect() >= 0 and not left)


def end_a_raw_stream(client: Client, prefix: str, streams: weakref.WeakSet[object]) -> None:
    stream = client.rpc.watch.watch()
    streams.add(stream)
    stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
    seen: list[bool] = []

    def read() -> None:
        for response in stream:
            seen.append(response.created)

    reading = Beside(read)
    eventually(lambda: seen == [True])
    stream.cancel()
    reading.result()


def end_the_stream_of_a_lease(client: Client, streams: weakref.WeakSet[object]) -> None:
    with client.lease.hold(30) as lease:
        eventually(lambda: lease._keeper._stream is not None)
        streams.add(lease._keeper._stream)


def test_the_callers_own_errors_are_left_alone(server: EtcdServer) -> None:
    """They are the context of whatever fails while they are handled."""
    first, last = ValueError("first"), ValueError("last")
    first.__cause__, last.__context__ = last, first  # "raise first from last", later
    with Client(server.endpoint) as client:
        try:
            raise first
        except ValueError:
            with pytest.raises(errors.FutureRevisionError):
                read_the_future(client)
    assert first.__traceback__ is not None


def test_repr_names_the_endpoint() -> None:
    assert repr(Client("localhost:2379")) == "Client('localhost:2379')"


def test_a_builder_of_another_kind_is_refused(server: EtcdServer) -> None:
    with Client(server.endpoint) as client:
        with pytest.raises(errors.ArgumentTypeError, match="op: must be Get, Put"):
            client.kv.do(pb.RangeRequest(key=b"a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
