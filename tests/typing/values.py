"""What type checkers make of builders, compares, enums, messages and errors.

Nothing here runs; see `usage_async.py` for how it tests.
"""

from __future__ import annotations

from typing import assert_type

from etcd_sdk import (
    Compact,
    Compare,
    CompareTarget,
    Delete,
    EtcdError,
    EventType,
    FilterType,
    Get,
    Put,
    SortOrder,
    SortTarget,
    Txn,
    TxnOp,
    Watch,
    errors,
    pb,
)

# --- builders: every option returns the builder's own type ---


def builders() -> None:
    assert_type(Get("/a").prefix().limit(1).revision(7), Get)
    assert_type(Get(b"/a").sort(SortTarget.MOD, SortOrder.DESCEND).keys_only(False), Get)
    assert_type(Put("/a", b"1").lease(1).prev_kv(), Put)
    assert_type(Delete("/a").range_end(b"/b").prev_kv(), Delete)
    assert_type(Compact(7).physical(), Compact)
    assert_type(Watch("/a").prefix().filters(FilterType.NOPUT).start_revision(7), Watch)
    assert_type(Txn().when(Compare.lease("/a") == 0).then(Get("/a"), Txn()).otherwise(), Txn)
    assert_type(Get("/a").build(), pb.RangeRequest)
    assert_type(Watch("/a").build(), pb.WatchCreateRequest)
    ops: list[TxnOp] = [Get("/a"), Put("/a", "1"), Delete("/a"), Txn()]
    Txn().then(*ops)

    Put("a", "b").limit(1)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    Delete("a").keys_only()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    Get("a").lease(1)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    Get("a").limit("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Get("a").limit()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Get("a", limit=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Put("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Put("a", 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Get("a").sort(SortOrder.ASCEND, SortTarget.KEY)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Watch("a").filters([FilterType.NOPUT])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Txn().then(Compact(7))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    wrong: list[TxnOp] = [Watch("/a")]  # type: ignore[list-item]  # pyright: ignore[reportAssignmentType]
    assert wrong


# --- compares: conditions, not truth values ---


def compares() -> None:
    assert_type(Compare.version("/a") == 0, Compare)
    assert_type(Compare.version("/a") != 0, Compare)
    assert_type(Compare.mod_revision("/a") < 7, Compare)
    assert_type(Compare.create_revision("/app/", prefix=True) > 0, Compare)
    assert_type(Compare.value("/a") == "text", Compare)
    assert_type(Compare.value("/a") == b"bytes", Compare)
    assert_type(Compare.lease("/a") == 0, Compare)
    assert_type(Compare.value("/a").not_equal("text"), Compare)
    assert_type((Compare.version("/a") == 0).build(), pb.Compare)
    Txn().when(Compare.version("/a") == 0, Compare.value("/b") > "1")

    # What == does not accept it leaves to object's ==, a bool, which `when` refuses.
    Txn().when(Compare.version("/a") == "0")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Txn().when(Compare.value("/a") == 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Txn().when(Compare.version("/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Txn().when(True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Txn().when(pb.Compare())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = Compare.version("/a") < "0"  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    _ = Compare.version("/a") >= 0  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    Compare.version("/a").equal("0")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Compare.version("/a", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    # Of these mypy sees nothing; the TypeError at run time is the guard.
    if Compare.version("/a") == 0:  # pyright: ignore[reportGeneralTypeIssues]
        pass
    _flipped = not Compare.version("/a") == 0  # pyright: ignore[reportGeneralTypeIssues]  # noqa: SIM201


# --- enums: the twins compare with what messages hold ---


def enums(event: pb.Event, compare: pb.Compare) -> str:
    assert_type(event.type == EventType.PUT, bool)
    assert_type(event.type != EventType.PUT, bool)
    assert_type(event.type in (EventType.PUT, EventType.DELETE), bool)
    assert_type(event.type in {EventType.PUT}, bool)
    assert_type(compare.target == CompareTarget.LEASE, bool)
    assert_type(EventType(event.type), EventType)
    match EventType(event.type):
        case EventType.PUT:
            return "put"
        case EventType.DELETE:
            return "delete"


def twins_are_apart(order: SortOrder) -> None:
    target: SortTarget = order  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    EventType.MODIFY  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    pb.Event(type=EventType.PUT)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(target, SortTarget)


# --- messages ---


def messages() -> None:
    pair = pb.KeyValue(key=b"/a", value=b"1", mod_revision=7)
    event = pb.Event(type=pb.Event.PUT, kv=pair)
    assert_type(event.kv, pb.KeyValue)
    assert_type(pb.RangeResponse(kvs=[pair], count=1).kvs[0], pb.KeyValue)
    assert_type(pb.ResponseOp().WhichOneof("response") is None, bool)
    assert_type(pb.KeyValue.FromString(pair.SerializeToString()), pb.KeyValue)

    pair.key = "text"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    pair.version = "1"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    pair.nosuch = 1  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    pb.KeyValue(key="text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    pb.KeyValue(nosuch=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    pb.KeyValue(b"/a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    pb.NoSuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    text: str = pair.value  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    assert text


# --- errors ---


def raised(error: EtcdError) -> None:
    assert_type(error.code, errors.StatusCode)
    assert_type(error.message, str)
    assert_type(error.endpoint, str)
    assert_type(error.method, str)
    assert_type(error.in_doubt, bool)
    caught: list[type[EtcdError]] = [errors.CompactedError, errors.UnavailableError]
    try:
        raise error
    except errors.ArgumentError as bad:
        assert_type(bad, errors.ArgumentError)
        assert_type(bad.argument, str)
    except (TimeoutError, ConnectionError) as trouble:
        assert_type(trouble, TimeoutError | ConnectionError)
    builtin: type[TimeoutError] = errors.DeadlineExceededError
    assert caught
    assert builtin

    error.nosuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    error.argument  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    errors.NoSuchError  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    errors.CompactedError("…", nosuch=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
