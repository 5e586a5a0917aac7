# Derived from etcd_sdk/_async/kv.py by codegen; do not edit.

"""The key-value service, with transactions."""

from __future__ import annotations

from typing import Self

from etcd_sdk import pb
from etcd_sdk._core.paging import Pages
from etcd_sdk._core.retry import may_resend
from etcd_sdk_api._sync import KVApi, Responses, Transport
from etcd_sdk_api.errors import EtcdError, FutureRevisionError, UnimplementedError
from etcd_sdk_api.methods import KV_GET, KV_RANGE_STREAM
from etcd_sdk_api.ops import Get, Txn


class KV(KVApi):
    """Reads, writes, transactions and compaction of keys."""

    __slots__ = ()

    def txn(self) -> Transaction:
        """A transaction of this client, to be filled and committed.

        ``kv.txn().when(Compare.version("/a") == 0).then(Put("/a", "1")).commit()``
        """
        return Transaction(self)

    def get_stream(
        self,
        key: str | bytes,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
        limit: int = 0,
        revision: int = 0,
        serializable: bool = False,
        keys_only: bool = False,
        timeout: float | None = None,
    ) -> RangePieces:
        """Read a range of any size, in pieces of about a megabyte and in the order of the keys.

        ``for piece in kv.get_stream("/app/", prefix=True)``. All pieces are of one revision, which
        the first pins. What fails in between is asked again, so nothing is missing or there twice.
        etcd 3.7 and later stream the pieces; older servers are asked for page after page.

        Args:
            key: First key of the range, or the prefix.
            prefix: Take every key that starts with ``key``; an empty key means all keys. Not
                together with ``from_key`` or ``range_end``.
            from_key: Take every key from ``key`` on. Not together with ``prefix`` or ``range_end``.
            range_end: End of the range, itself left out.
            limit: The most keys to read in all; 0 is no limit.
            revision: Read the store as of this revision; 0 means now.
            serializable: Let one member answer from what it knows, which may be a little old.
            keys_only: Leave out the values.
            timeout: Seconds that each request may take. ``None`` is the client's default,
                ``math.inf`` no limit.

        Returns:
            An iterator of responses. Each has the header and the count of the whole range; ``more``
            says whether keys follow, be it in the next piece or beyond ``limit``.

        Raises:
            CompactedError: The revision has been compacted away, if only between two pieces.
            FutureRevisionError: The revision is newer than the store's.
            PermissionDeniedError: The user may not read the whole range.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The read failed for another reason, in spite of repetitions.
        """
        request = Get(key)
        request = request.prefix(prefix).from_key(from_key)
        if range_end is not None:
            request = request.range_end(range_end)
        request = request.limit(limit).revision(revision)
        request = request.serializable(serializable).keys_only(keys_only)
        return RangePieces(self._transport, request.build(), timeout)


class RangePieces:
    """The pieces of a range, as they come: iterate them, once."""

    def __init__(
        self, transport: Transport, request: pb.RangeRequest, timeout: float | None
    ) -> None:
        self._transport = transport
        self._timeout = timeout
        self._pages = Pages(request)
        self._streams = True
        self._stream: Responses[pb.RangeStreamResponse] | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> pb.RangeResponse:
        if self._pages.over:
            raise StopIteration
        if self._pages.started and self._streams:
            try:
                return self._streamed()
            except EtcdError as error:
                if not isinstance(error, UnimplementedError) and not may_resend(KV_GET, error):
                    raise
                # No stream, or no more of it. Pages go on where it stopped.
                self._streams, self._stream = False, None
        return self._page()

    def _streamed(self) -> pb.RangeResponse:
        if self._stream is None:
            self._stream = self._transport.server_stream(
                KV_RANGE_STREAM, self._pages.rest(), self._timeout
            )
        answer = (self._stream.__next__()).range_response
        # Only the last one has a header.
        return self._pages.take(answer, is_last=answer.HasField("header"))

    def _page(self) -> pb.RangeResponse:
        try:
            answer = self._transport.unary(KV_GET, self._pages.page(), self._timeout)
        except FutureRevisionError:
            if not (self._pages.started and self._pages.serializable):
                raise
            self._pages.give_up_serializable()
            answer = self._transport.unary(KV_GET, self._pages.page(), self._timeout)
        return self._pages.take(answer)


class Transaction(Txn):
    """A ``Txn`` that can be committed.

    Each stage (``when``, ``then``, ``otherwise``) may be given once, with all that belongs to it,
    and returns a new transaction.
    """

    __slots__ = ("_kv",)

    def __init__(self, kv: KVApi) -> None:
        super().__init__()
        self._kv = kv

    def _with(self, **options: object) -> Self:
        changed = super()._with(**options)
        changed._kv = self._kv
        return changed

    def commit(self, *, timeout: float | None = None) -> pb.TxnResponse:
        """Have the server evaluate the conditions and do one of the branches, all at once.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: whether the conditions held, and a response for each operation done.

        Raises:
            ArgumentError: A condition or operation is bad; nothing was sent.
            EtcdError: The call failed; ``kv.transact`` names what etcd refuses.
        """
        return self._kv.do(self, timeout=timeout)
