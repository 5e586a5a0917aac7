# Derived from etcd_sdk_api/_async/kv.py by codegen; do not edit.

"""The KV service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from google.protobuf.message import Message

from etcd_sdk_api import methods, pb, requests
from etcd_sdk_api._sync.transport import Responses, Transport
from etcd_sdk_api.enums import SortOrder, SortTarget
from etcd_sdk_api.errors import ArgumentTypeError
from etcd_sdk_api.ops import Compare, KVOp, TxnOp

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class KVApi:
    """Reads, writes, transactions and compaction over one flat, ordered key space with history.

    Every change raises the store's revision by one, a transaction counting as one change however
    many keys it touches. Reads can be made at the current or at an older, not yet compacted
    revision.
    """

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(
        self,
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
        limit: int = 0,
        revision: int = 0,
        sort_order: SortOrder = SortOrder.NONE,
        sort_target: SortTarget = SortTarget.KEY,
        serializable: bool = False,
        keys_only: bool = False,
        count_only: bool = False,
        min_mod_revision: int = 0,
        max_mod_revision: int = 0,
        min_create_revision: int = 0,
        max_create_revision: int = 0,
        timeout: float | None = None,
    ) -> pb.RangeResponse:
        """Read one key or a range of keys.

        Linearizable unless ``serializable`` is set, so the answer includes every write that
        finished before the call. The whole result comes as one message; for large ranges use
        ``limit`` and pages, or ``kv.range_stream``.

        Where auth is on, the caller needs read permission for the whole range.

        Repeating it changes nothing, so it may be sent again.

        Args:
            key: Key to read, or first key of the range when ``range_end`` is set. Empty is refused;
                to start at the very first key, give a single zero byte.
            prefix: Take every key that starts with ``key``; an empty key means all keys. Not
                together with ``from_key`` or ``range_end``.
            from_key: Take every key that is not less than ``key``; an empty key means all keys. Not
                together with ``prefix`` or ``range_end``.
            range_end: End of the range, itself not included. Empty means ``key`` alone; a single
                zero byte means every key from ``key`` on. For a prefix, give the prefix with its
                last byte raised by one. An end that is not above ``key`` gives an empty result.
            limit: Largest number of keys to return; 0 means no limit. ``RangeResponse.more`` tells
                whether keys were left out. For the next page of a read in key order, start at the
                last key plus a zero byte and stay at the same ``revision``.
            revision: Revision at which to read; 0 means the current one. Fails when the revision
                has been compacted or when the store has not reached it.
            sort_order: Direction of sorting. Any order but ascending by key makes the server
                collect the whole range before it applies ``limit``. Unknown values are refused by
                3.6 and later servers.
            sort_target: Property to sort by. Set ``sort_order`` as well when ``limit`` is used:
                without it the server looks only at the first keys of the range, one more than
                ``limit``, and sorts those.
            serializable: Whether the answering member may read its own data without asking the
                others. Faster and possible without a leader, but the result may be stale. The
                default, false, is linearizable. Learners serve no other kind of read.
            keys_only: Whether to return keys and revisions without values. 3.7 servers leave the
                lease out too, unless sorted by ``VALUE``.
            count_only: Whether to return only ``RangeResponse.count`` and no keys. Wins over
                ``keys_only``.
            min_mod_revision: Smallest mod revision to return; 0 means no bound. Keys changed last
                before it are left out. Does not affect ``RangeResponse.count``. (etcd 3.1+)
            max_mod_revision: Largest mod revision to return; 0 means no bound. Keys changed after
                it are left out; their older values are not looked up. Does not affect
                ``RangeResponse.count``. (etcd 3.1+)
            min_create_revision: Smallest create revision to return; 0 means no bound. Keys created
                before it are left out. Does not affect ``RangeResponse.count``. (etcd 3.1+)
            max_create_revision: Largest create revision to return; 0 means no bound. Keys created
                after it are left out. Does not affect ``RangeResponse.count``. (etcd 3.1+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Keys that were found.

        Raises:
            EmptyKeyError: The request names no key.
            InvalidSortOptionError: A range request has a sort order or sort target that the server
                does not know.
            CompactedError: The requested revision has been compacted away.
            FutureRevisionError: The requested revision is newer than the store's current revision.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.range_request(
            key,
            prefix,
            from_key,
            range_end,
            limit,
            revision,
            sort_order,
            sort_target,
            serializable,
            keys_only,
            count_only,
            min_mod_revision,
            max_mod_revision,
            min_create_revision,
            max_create_revision,
        )
        return self._transport.unary(methods.KV_GET, request, timeout)

    def range_stream(
        self,
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
        limit: int = 0,
        revision: int = 0,
        sort_order: SortOrder = SortOrder.NONE,
        sort_target: SortTarget = SortTarget.KEY,
        serializable: bool = False,
        keys_only: bool = False,
        count_only: bool = False,
        min_mod_revision: int = 0,
        max_mod_revision: int = 0,
        min_create_revision: int = 0,
        max_create_revision: int = 0,
        timeout: float | None = None,
    ) -> Responses[pb.RangeStreamResponse]:
        """Read a range of keys as a stream of partial results in key order.

        All parts show the store at one revision, fixed by the first of them; writes that happen
        meanwhile stay out. Parts start with ten keys and grow towards the server's request limit,
        1.5 MiB by default, so neither side holds the whole range at once.

        Only the natural order is available: a ``sort_order`` other than ``NONE``, or than
        ``ASCEND`` by ``KEY``, is refused as unimplemented, and so are the four revision filters.
        When a compaction overtakes the read, the stream fails as compacted after some parts have
        been delivered.

        Servers before 3.7 and the gRPC proxy answer unimplemented; read with ``kv.get`` there.
        Where auth is on, the caller needs read permission for the whole range.

        etcd 3.7 and later. Repeating it changes nothing, so it may be sent again.

        Args:
            key: Key to read, or first key of the range when ``range_end`` is set. Empty is refused;
                to start at the very first key, give a single zero byte.
            prefix: Take every key that starts with ``key``; an empty key means all keys. Not
                together with ``from_key`` or ``range_end``.
            from_key: Take every key that is not less than ``key``; an empty key means all keys. Not
                together with ``prefix`` or ``range_end``.
            range_end: End of the range, itself not included. Empty means ``key`` alone; a single
                zero byte means every key from ``key`` on. For a prefix, give the prefix with its
                last byte raised by one. An end that is not above ``key`` gives an empty result.
            limit: Largest number of keys to return; 0 means no limit. ``RangeResponse.more`` tells
                whether keys were left out. For the next page of a read in key order, start at the
                last key plus a zero byte and stay at the same ``revision``.
            revision: Revision at which to read; 0 means the current one. Fails when the revision
                has been compacted or when the store has not reached it.
            sort_order: Direction of sorting. Any order but ascending by key makes the server
                collect the whole range before it applies ``limit``. Unknown values are refused by
                3.6 and later servers.
            sort_target: Property to sort by. Set ``sort_order`` as well when ``limit`` is used:
                without it the server looks only at the first keys of the range, one more than
                ``limit``, and sorts those.
            serializable: Whether the answering member may read its own data without asking the
                others. Faster and possible without a leader, but the result may be stale. The
                default, false, is linearizable. Learners serve no other kind of read.
            keys_only: Whether to return keys and revisions without values. 3.7 servers leave the
                lease out too, unless sorted by ``VALUE``.
            count_only: Whether to return only ``RangeResponse.count`` and no keys. Wins over
                ``keys_only``.
            min_mod_revision: Smallest mod revision to return; 0 means no bound. Keys changed last
                before it are left out. Does not affect ``RangeResponse.count``. (etcd 3.1+)
            max_mod_revision: Largest mod revision to return; 0 means no bound. Keys changed after
                it are left out; their older values are not looked up. Does not affect
                ``RangeResponse.count``. (etcd 3.1+)
            min_create_revision: Smallest create revision to return; 0 means no bound. Keys created
                before it are left out. Does not affect ``RangeResponse.count``. (etcd 3.1+)
            max_create_revision: Largest create revision to return; 0 means no bound. Keys created
                after it are left out. Does not affect ``RangeResponse.count``. (etcd 3.1+)
            timeout: Seconds to wait for the first response. ``None`` is no limit; later ones may
                take any time.

        Returns:
            An iterator of responses: One part of a streamed range.

        Raises:
            EmptyKeyError: The request names no key.
            InvalidSortOptionError: A range request has a sort order or sort target that the server
                does not know.
            CompactedError: The requested revision has been compacted away.
            FutureRevisionError: The requested revision is newer than the store's current revision.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.range_request(
            key,
            prefix,
            from_key,
            range_end,
            limit,
            revision,
            sort_order,
            sort_target,
            serializable,
            keys_only,
            count_only,
            min_mod_revision,
            max_mod_revision,
            min_create_revision,
            max_create_revision,
        )
        return self._transport.server_stream(methods.KV_RANGE_STREAM, request, timeout)

    def put(
        self,
        key: str | bytes,
        value: str | bytes,
        *,
        lease: int = 0,
        prev_kv: bool = False,
        ignore_value: bool = False,
        ignore_lease: bool = False,
        timeout: float | None = None,
    ) -> pb.PutResponse:
        """Store a value under a key.

        Creates the key or replaces its value, raises the store's revision by one and produces one
        event. Key and value together must fit into the server's request limit, 1.5 MiB by default.
        Refused while the database is over its quota.

        Where auth is on, the caller needs write permission for the key, read permission as well
        with ``prev_kv``, and write permission for all keys of the lease with ``lease``.

        Args:
            key: Key to store under. Empty is refused.
            value: Value to store; may be empty. The server limits the request as a whole, to 1.5
                MiB by default.
            lease: ID of the lease to attach the key to; 0 means none. The key leaves the lease that
                it was attached to before, so a put without a lease detaches it unless
                ``ignore_lease`` is set. Fails when the lease does not exist.
            prev_kv: Whether to return the key-value pair as it was before the put. (etcd 3.1+)
            ignore_value: Whether to keep the current value, for example to change only the lease.
                Fails when the key does not exist or when ``value`` is not empty. (etcd 3.2+)
            ignore_lease: Whether to keep the current lease. Fails when the key does not exist or
                when ``lease`` is not 0. (etcd 3.2+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``kv.put``.

        Raises:
            EmptyKeyError: The request names no key.
            KeyNotFoundError: A put that keeps the old value or the old lease found no such key.
            LeaseNotFoundError: The lease does not exist: it expired, was revoked or was never
                granted.
            NoSpaceError: The database has reached its quota and a NOSPACE alarm may be raised.
            RequestTooLargeError: The request is larger than the server accepts.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.put_request(key, value, lease, prev_kv, ignore_value, ignore_lease)
        return self._transport.unary(methods.KV_PUT, request, timeout)

    def delete(
        self,
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
        prev_kv: bool = False,
        timeout: float | None = None,
    ) -> pb.DeleteRangeResponse:
        """Delete one key or a range of keys.

        All keys go in one revision, with one event for each. When nothing matches, the revision
        stays as it is. Works while the database is over its quota, although space comes back only
        with compaction and defragmentation.

        Where auth is on, the caller needs write permission for the whole range, and read permission
        as well with ``prev_kv``.

        Args:
            key: Key to delete, or first key of the range when ``range_end`` is set. Empty is
                refused; to start at the very first key, give a single zero byte.
            prefix: Take every key that starts with ``key``; an empty key means all keys. Not
                together with ``from_key`` or ``range_end``.
            from_key: Take every key that is not less than ``key``; an empty key means all keys. Not
                together with ``prefix`` or ``range_end``.
            range_end: End of the range, itself not included. Empty means ``key`` alone; a single
                zero byte means every key from ``key`` on. For a prefix, give the prefix with its
                last byte raised by one.
            prev_kv: Whether to return the deleted key-value pairs. (etcd 3.1+)
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``kv.delete``.

        Raises:
            EmptyKeyError: The request names no key.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.delete_range_request(key, prefix, from_key, range_end, prev_kv)
        return self._transport.unary(methods.KV_DELETE, request, timeout)

    def transact(
        self,
        *,
        when: Iterable[Compare] = (),
        then: Iterable[TxnOp] = (),
        otherwise: Iterable[TxnOp] = (),
        timeout: float | None = None,
    ) -> pb.TxnResponse:
        """Apply one of two lists of operations, chosen by comparisons, as a single atomic step.

        When all of ``when`` hold, ``then`` is executed, otherwise ``otherwise``. All changes share
        one revision. Operations run in order, so a later range sees the effect of an earlier put or
        delete; comparisons, those of nested transactions included, are all made before the first
        operation runs.

        No key may be put twice on one path, nor be put where it is also deleted; each list is
        limited to 128 entries by default. A transaction of ranges only does not change the store.
        It is linearizable unless every range asks for a serializable read; one without any
        operation is answered from the member's own, possibly stale data.

        Where auth is on, the caller needs permission for both lists, whichever is executed, and
        read permission for the compared keys.

        Args:
            when: Conditions, all of which must hold for ``then`` to be executed. An empty list
                always holds.
            then: Operations to execute when all conditions hold, in this order. May be empty.
            otherwise: Operations to execute when a condition does not hold, in this order. May be
                empty.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``kv.transact``: which list was executed and with what results.

        Raises:
            EmptyKeyError: The request names no key.
            DuplicateKeyError: One branch of a transaction changes the same key twice.
            TooManyOpsError: A transaction has more compares or operations than the server allows.
            LeaseNotFoundError: The lease does not exist: it expired, was revoked or was never
                granted.
            NoSpaceError: The database has reached its quota and a NOSPACE alarm may be raised.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.txn_request(when, then, otherwise)
        return self._transport.unary(methods.KV_TRANSACT, request, timeout)

    def compact(
        self, revision: int, *, physical: bool = False, timeout: float | None = None
    ) -> pb.CompactionResponse:
        """Discard the history before ``revision`` to free space.

        Current values are never lost, only superseded values and deletions. Afterwards, reads and
        watches at a revision below ``revision`` fail as compacted; at ``revision`` itself they
        still work. The database file shrinks only with ``maintenance.defragment``.

        Fails as compacted when ``revision`` is already compacted and as a future revision when the
        store has not reached it. Needs the root role where auth is on.

        Args:
            revision: Revision before which history is discarded; it becomes the oldest revision
                that can be read. Must be above the last compaction and not above the current
                revision.
            physical: Whether to wait until the answering member has removed what is discarded from
                disk. Otherwise the call returns as soon as the compaction is decided, and the
                removal goes on in the background.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: Answer to ``kv.compact``.

        Raises:
            CompactedError: The requested revision has been compacted away.
            FutureRevisionError: The requested revision is newer than the store's current revision.
            PermissionDeniedError: The user has no permission for this call or for one of its keys.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        request = requests.compaction_request(revision, physical)
        return self._transport.unary(methods.KV_COMPACT, request, timeout)

    def do(self, op: KVOp[Message, ResponseT], *, timeout: float | None = None) -> ResponseT:
        """Do what a builder describes.

        Args:
            op: Get, Put, Delete, Txn or Compact, with its options.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response that belongs to the builder.

        Raises:
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        if not isinstance(op, KVOp):
            raise ArgumentTypeError("op", "Get, Put, Delete, Txn or Compact", op)
        return self._transport.unary(op.method, op.build(), timeout)
