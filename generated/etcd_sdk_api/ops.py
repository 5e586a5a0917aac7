# Written by codegen from protos/ and templates/etcd_sdk_api/ops.py.j2; do not edit.

"""Option builders: requests as immutable values, for ``do``, transactions and reuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, NoReturn, Self, TypeAlias, TypeVar, cast

from google.protobuf.message import Message

from etcd_sdk_api import checks, methods, pb, requests
from etcd_sdk_api.builder import Builder, Op
from etcd_sdk_api.enums import FilterType, SortOrder, SortTarget
from etcd_sdk_api.method import Method

RequestT_co = TypeVar("RequestT_co", bound=Message, covariant=True)
ResponseT_co = TypeVar("ResponseT_co", bound=Message, covariant=True)
ValueT = TypeVar("ValueT")


class KVOp(Op[RequestT_co, ResponseT_co], Generic[RequestT_co, ResponseT_co]):
    """A builder that ``kv.do`` takes."""

    __slots__ = ()


class Get(KVOp[pb.RangeRequest, pb.RangeResponse]):
    """The options of ``kv.get`` as a value.

    What to read, at which revision, and how to sort, filter and cut the result.

    Filters apply first, then sorting, then ``limit``.

    Args:
        key: Key to read, or first key of the range when ``range_end`` is set. Empty is refused; to
            start at the very first key, give a single zero byte.
    """

    __slots__ = ()
    method: Method[pb.RangeRequest, pb.RangeResponse] = methods.KV_GET

    def __init__(self, key: str | bytes) -> None:
        self._options = {"key": key}

    def prefix(self, prefix: bool = True) -> Self:
        """Take every key that starts with ``key``; an empty key means all keys.

        Not together with ``from_key`` or ``range_end``.
        """
        return self._with(prefix=prefix)

    def from_key(self, from_key: bool = True) -> Self:
        """Take every key that is not less than ``key``; an empty key means all keys.

        Not together with ``prefix`` or ``range_end``.
        """
        return self._with(from_key=from_key)

    def range_end(self, range_end: str | bytes) -> Self:
        """End of the range, itself not included.

        Empty means ``key`` alone; a single zero byte means every key from ``key`` on. For a prefix,
        give the prefix with its last byte raised by one. An end that is not above ``key`` gives an
        empty result.
        """
        return self._with(range_end=range_end)

    def limit(self, limit: int) -> Self:
        """Largest number of keys to return; 0 means no limit.

        ``RangeResponse.more`` tells whether keys were left out. For the next page of a read in key
        order, start at the last key plus a zero byte and stay at the same ``revision``.
        """
        return self._with(limit=limit)

    def revision(self, revision: int) -> Self:
        """Revision at which to read; 0 means the current one.

        Fails when the revision has been compacted or when the store has not reached it.
        """
        return self._with(revision=revision)

    def serializable(self, serializable: bool = True) -> Self:
        """Whether the answering member may read its own data without asking the others.

        Faster and possible without a leader, but the result may be stale. The default, false, is
        linearizable. Learners serve no other kind of read.
        """
        return self._with(serializable=serializable)

    def keys_only(self, keys_only: bool = True) -> Self:
        """Whether to return keys and revisions without values.

        3.7 servers leave the lease out too, unless sorted by ``VALUE``.
        """
        return self._with(keys_only=keys_only)

    def count_only(self, count_only: bool = True) -> Self:
        """Whether to return only ``RangeResponse.count`` and no keys.

        Wins over ``keys_only``.
        """
        return self._with(count_only=count_only)

    def min_mod_revision(self, min_mod_revision: int) -> Self:
        """Smallest mod revision to return; 0 means no bound.

        Keys changed last before it are left out. Does not affect ``RangeResponse.count``.

        etcd 3.1 and later.
        """
        return self._with(min_mod_revision=min_mod_revision)

    def max_mod_revision(self, max_mod_revision: int) -> Self:
        """Largest mod revision to return; 0 means no bound.

        Keys changed after it are left out; their older values are not looked up. Does not affect
        ``RangeResponse.count``.

        etcd 3.1 and later.
        """
        return self._with(max_mod_revision=max_mod_revision)

    def min_create_revision(self, min_create_revision: int) -> Self:
        """Smallest create revision to return; 0 means no bound.

        Keys created before it are left out. Does not affect ``RangeResponse.count``.

        etcd 3.1 and later.
        """
        return self._with(min_create_revision=min_create_revision)

    def max_create_revision(self, max_create_revision: int) -> Self:
        """Largest create revision to return; 0 means no bound.

        Keys created after it are left out. Does not affect ``RangeResponse.count``.

        etcd 3.1 and later.
        """
        return self._with(max_create_revision=max_create_revision)

    def sort(self, sort_target: SortTarget, sort_order: SortOrder) -> Self:
        """Order the result by ``sort_target``, in the direction ``sort_order``."""
        return self._with(sort_target=sort_target, sort_order=sort_order)

    def build(self) -> pb.RangeRequest:
        """A new ``RangeRequest``.

        Raises:
            ArgumentError: An option has a bad value.
        """
        return requests.range_request(**self._options)


class Put(KVOp[pb.PutRequest, pb.PutResponse]):
    """The options of ``kv.put`` as a value.

    What to store, under which key, and whether to keep parts of what is there.

    Args:
        key: Key to store under. Empty is refused.
        value: Value to store; may be empty. The server limits the request as a whole, to 1.5 MiB by
            default.
    """

    __slots__ = ()
    method: Method[pb.PutRequest, pb.PutResponse] = methods.KV_PUT

    def __init__(self, key: str | bytes, value: str | bytes) -> None:
        self._options = {"key": key, "value": value}

    def lease(self, lease: int) -> Self:
        """ID of the lease to attach the key to; 0 means none.

        The key leaves the lease that it was attached to before, so a put without a lease detaches
        it unless ``ignore_lease`` is set. Fails when the lease does not exist.
        """
        return self._with(lease=lease)

    def prev_kv(self, prev_kv: bool = True) -> Self:
        """Whether to return the key-value pair as it was before the put.

        etcd 3.1 and later.
        """
        return self._with(prev_kv=prev_kv)

    def ignore_value(self, ignore_value: bool = True) -> Self:
        """Whether to keep the current value, for example to change only the lease.

        Fails when the key does not exist or when ``value`` is not empty.

        etcd 3.2 and later.
        """
        return self._with(ignore_value=ignore_value)

    def ignore_lease(self, ignore_lease: bool = True) -> Self:
        """Whether to keep the current lease.

        Fails when the key does not exist or when ``lease`` is not 0.

        etcd 3.2 and later.
        """
        return self._with(ignore_lease=ignore_lease)

    def build(self) -> pb.PutRequest:
        """A new ``PutRequest``.

        Raises:
            ArgumentError: An option has a bad value.
        """
        return requests.put_request(**self._options)


class Delete(KVOp[pb.DeleteRangeRequest, pb.DeleteRangeResponse]):
    """The options of ``kv.delete`` as a value.

    What to delete.

    Args:
        key: Key to delete, or first key of the range when ``range_end`` is set. Empty is refused;
            to start at the very first key, give a single zero byte.
    """

    __slots__ = ()
    method: Method[pb.DeleteRangeRequest, pb.DeleteRangeResponse] = methods.KV_DELETE

    def __init__(self, key: str | bytes) -> None:
        self._options = {"key": key}

    def prefix(self, prefix: bool = True) -> Self:
        """Take every key that starts with ``key``; an empty key means all keys.

        Not together with ``from_key`` or ``range_end``.
        """
        return self._with(prefix=prefix)

    def from_key(self, from_key: bool = True) -> Self:
        """Take every key that is not less than ``key``; an empty key means all keys.

        Not together with ``prefix`` or ``range_end``.
        """
        return self._with(from_key=from_key)

    def range_end(self, range_end: str | bytes) -> Self:
        """End of the range, itself not included.

        Empty means ``key`` alone; a single zero byte means every key from ``key`` on. For a prefix,
        give the prefix with its last byte raised by one.
        """
        return self._with(range_end=range_end)

    def prev_kv(self, prev_kv: bool = True) -> Self:
        """Whether to return the deleted key-value pairs.

        etcd 3.1 and later.
        """
        return self._with(prev_kv=prev_kv)

    def build(self) -> pb.DeleteRangeRequest:
        """A new ``DeleteRangeRequest``.

        Raises:
            ArgumentError: An option has a bad value.
        """
        return requests.delete_range_request(**self._options)


class Txn(KVOp[pb.TxnRequest, pb.TxnResponse]):
    """The options of ``kv.transact`` as a value.

    Conditions and the two lists of operations that they choose from.

    The longest of the three lists counts against the server's limit, 128 by default; transactions
    nested in a list have to fit into what is left of it.
    """

    __slots__ = ()
    method: Method[pb.TxnRequest, pb.TxnResponse] = methods.KV_TRANSACT

    def __init__(self) -> None:
        self._options = {}

    def when(self, *when: Compare) -> Self:
        """Conditions, all of which must hold for ``then`` to be executed.

        An empty list always holds.
        """
        return self._with_once(when=when)

    def then(self, *then: TxnOp) -> Self:
        """Operations to execute when all conditions hold, in this order.

        May be empty.
        """
        return self._with_once(then=then)

    def otherwise(self, *otherwise: TxnOp) -> Self:
        """Operations to execute when a condition does not hold, in this order.

        May be empty.
        """
        return self._with_once(otherwise=otherwise)

    def build(self) -> pb.TxnRequest:
        """A new ``TxnRequest``.

        Raises:
            ArgumentError: An option has a bad value.
        """
        return requests.txn_request(**self._options)


class Compact(KVOp[pb.CompactionRequest, pb.CompactionResponse]):
    """The options of ``kv.compact`` as a value.

    How far to compact and whether to wait for the work to be done.

    Args:
        revision: Revision before which history is discarded; it becomes the oldest revision that
            can be read. Must be above the last compaction and not above the current revision.
    """

    __slots__ = ()
    method: Method[pb.CompactionRequest, pb.CompactionResponse] = methods.KV_COMPACT

    def __init__(self, revision: int) -> None:
        self._options = {"revision": revision}

    def physical(self, physical: bool = True) -> Self:
        """Whether to wait until the answering member has removed what is discarded from disk.

        Otherwise the call returns as soon as the compaction is decided, and the removal goes on in
        the background.
        """
        return self._with(physical=physical)

    def build(self) -> pb.CompactionRequest:
        """A new ``CompactionRequest``.

        Raises:
            ArgumentError: An option has a bad value.
        """
        return requests.compaction_request(**self._options)


class Watch(Builder[pb.WatchCreateRequest]):
    """The request as a value.

    What to watch, from which revision, and what to deliver.

    Answered with a ``WatchResponse`` that has ``WatchResponse.created`` set, before any event.

    Args:
        key: Key to watch, or first key of the range when ``range_end`` is set. To start at the very
            first key, give a single zero byte.
    """

    __slots__ = ()

    def __init__(self, key: str | bytes) -> None:
        self._options = {"key": key}

    def prefix(self, prefix: bool = True) -> Self:
        """Take every key that starts with ``key``; an empty key means all keys.

        Not together with ``from_key`` or ``range_end``.
        """
        return self._with(prefix=prefix)

    def from_key(self, from_key: bool = True) -> Self:
        """Take every key that is not less than ``key``; an empty key means all keys.

        Not together with ``prefix`` or ``range_end``.
        """
        return self._with(from_key=from_key)

    def range_end(self, range_end: str | bytes) -> Self:
        """End of the range, itself not included.

        Empty means ``key`` alone; a single zero byte means every key from ``key`` on. For a prefix,
        give the prefix with its last byte raised by one. An end that is not above ``key`` gets the
        watch refused.
        """
        return self._with(range_end=range_end)

    def start_revision(self, start_revision: int) -> Self:
        """First revision to deliver events of; 0 means only changes after the watch is created.

        An older revision replays history first; one below the latest compaction gets the watch
        cancelled right after it is created. A future revision is fine: events before it are not
        delivered. A negative one is refused.
        """
        return self._with(start_revision=start_revision)

    def progress_notify(self, progress_notify: bool = True) -> Self:
        """Whether to tell now and then, while nothing happens, how far the watch has come.

        Such a response has no events. One comes every 10 minutes by default, a server setting, and
        none after an interval with events.
        """
        return self._with(progress_notify=progress_notify)

    def filters(self, *filters: FilterType) -> Self:
        """Kinds of events that the server leaves out; empty means all are delivered.

        etcd 3.1 and later.
        """
        return self._with_once(filters=filters)

    def prev_kv(self, prev_kv: bool = True) -> Self:
        """Whether each event carries the key-value pair as it was before the change.

        Missing for a newly created key and when that older revision has been compacted.

        etcd 3.1 and later.
        """
        return self._with(prev_kv=prev_kv)

    def watch_id(self, watch_id: int) -> Self:
        """ID for the watch, chosen by the client and unique on the stream.

        One that is in use gets the watch refused. 0 lets the server choose. Servers before 3.4
        always choose.

        etcd 3.4 and later.
        """
        return self._with(watch_id=watch_id)

    def fragment(self, fragment: bool = True) -> Self:
        """Whether the server may split a large response over several messages.

        By default it does so from about 2 MiB on. Join them while ``WatchResponse.fragment`` is set
        to get the events of a revision together again.

        etcd 3.4 and later.
        """
        return self._with(fragment=fragment)

    def build(self) -> pb.WatchCreateRequest:
        """A new ``WatchCreateRequest``.

        Raises:
            ArgumentError: An option has a bad value.
        """
        return requests.watch_create_request(**self._options)


TxnOp: TypeAlias = Get | Put | Delete | Txn
"""What a transaction can do in its branches."""


class Compare:
    """A condition of a transaction: ``Compare.version("/a") == 0``.

    Made by comparing what one of the static methods returns. It is no bool: using it as one is a
    ``TypeError``, since ``when(a and b)`` would silently drop a condition.
    """

    __slots__ = ("_compare",)

    def __init__(self, compare: pb.Compare) -> None:
        self._compare = compare

    def build(self) -> pb.Compare:
        """A new ``Compare`` message."""
        built = pb.Compare()
        built.CopyFrom(self._compare)
        return built

    def __bool__(self) -> NoReturn:
        raise TypeError("a Compare has no truth value: the server evaluates it; give it to when()")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compare) and other._compare == self._compare

    def __hash__(self) -> int:
        return hash(self._compare.SerializeToString(deterministic=True))

    def __repr__(self) -> str:
        return f"Compare({' '.join(str(self._compare).split())})"

    @staticmethod
    def version(
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
    ) -> Operand[int]:
        """Number of puts since the key was created; 0 for a missing key."""
        base = pb.Compare()
        base.target = cast("pb.Compare.CompareTarget.ValueType", 0)
        checks.set_key_range(base, key, prefix, from_key, range_end)
        return Operand(
            base, "version", lambda value: checks.integer("value", value, checks.NATURAL)
        )

    @staticmethod
    def create_revision(
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
    ) -> Operand[int]:
        """Revision at which the key was created; 0 for a missing key."""
        base = pb.Compare()
        base.target = cast("pb.Compare.CompareTarget.ValueType", 1)
        checks.set_key_range(base, key, prefix, from_key, range_end)
        return Operand(
            base, "create_revision", lambda value: checks.integer("value", value, checks.NATURAL)
        )

    @staticmethod
    def mod_revision(
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
    ) -> Operand[int]:
        """Revision of the latest change to the key; 0 for a missing key."""
        base = pb.Compare()
        base.target = cast("pb.Compare.CompareTarget.ValueType", 2)
        checks.set_key_range(base, key, prefix, from_key, range_end)
        return Operand(
            base, "mod_revision", lambda value: checks.integer("value", value, checks.NATURAL)
        )

    @staticmethod
    def value(
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
    ) -> Operand[str | bytes]:
        """The value, byte by byte; false for a missing key, whatever the relation."""
        base = pb.Compare()
        base.target = cast("pb.Compare.CompareTarget.ValueType", 3)
        checks.set_key_range(base, key, prefix, from_key, range_end)
        return Operand(base, "value", lambda value: checks.to_bytes("value", value))

    @staticmethod
    def lease(
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
    ) -> Operand[int]:
        """ID of the lease of the key; 0 for none and for a missing key.

        etcd 3.3 and later.
        """
        base = pb.Compare()
        base.target = cast("pb.Compare.CompareTarget.ValueType", 4)
        checks.set_key_range(base, key, prefix, from_key, range_end)
        return Operand(base, "lease", lambda value: checks.integer("value", value, checks.INT64))


class Operand(Generic[ValueT]):
    """What of a key, or of every key of a range, a transaction compares.

    Compare it with ``==``, ``!=``, ``<`` or ``>``, or by the methods of the same meaning, which
    read better where a type checker looks. Over a range, every key must meet the condition.
    """

    __slots__ = ("_base", "_check", "_field")
    # Its == makes a Compare, so it cannot be hashed.
    __hash__: ClassVar[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride]

    def __init__(self, base: pb.Compare, field: str, check: Callable[[ValueT], object]) -> None:
        self._base = base
        self._field = field
        self._check = check

    def _compare(self, result: int, value: ValueT) -> Compare:
        compare = pb.Compare()
        compare.CopyFrom(self._base)
        compare.result = cast("pb.Compare.CompareResult.ValueType", result)
        setattr(compare, self._field, self._check(value))
        return Compare(compare)

    def equal(self, value: ValueT) -> Compare:
        """Stored property and operand are equal."""
        return self._compare(0, value)

    def greater(self, value: ValueT) -> Compare:
        """The stored property is above the operand."""
        return self._compare(1, value)

    def less(self, value: ValueT) -> Compare:
        """The stored property is below the operand."""
        return self._compare(2, value)

    def not_equal(self, value: ValueT) -> Compare:
        """Stored property and operand differ."""
        return self._compare(3, value)

    # These make conditions, not bools, which is what the ignores are for.
    def __eq__(self, value: ValueT) -> Compare:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.equal(value)

    def __ne__(self, value: ValueT) -> Compare:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.not_equal(value)

    def __lt__(self, value: ValueT) -> Compare:
        return self.less(value)

    def __gt__(self, value: ValueT) -> Compare:
        return self.greater(value)


__all__ = ["KVOp", "Get", "Put", "Delete", "Txn", "Compact", "Watch", "TxnOp", "Compare", "Operand"]
