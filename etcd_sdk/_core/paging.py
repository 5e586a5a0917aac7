"""A large range in pieces, all of one revision.

The first piece pins the revision. Pages grow and shrink with what they hold, so that neither many
small keys take many round trips nor a few large values make one huge response.
"""

from __future__ import annotations

from etcd_sdk_api import pb

_FIRST = 64
_MOST = 65_536
_AIM = 1 << 20
"""Bytes that a page should have."""


class Pages:
    """What to ask for next, and what the answers mean.

    Args:
        request: The whole range, as its reader wants it.
    """

    def __init__(self, request: pb.RangeRequest) -> None:
        self.over = False
        """Whether the last piece has come."""
        self._request = pb.RangeRequest()
        self._request.CopyFrom(request)
        self._left = request.limit  # 0 is no limit
        self._size = _FIRST
        self._first: pb.RangeResponse | None = None

    @property
    def started(self) -> bool:
        """Whether a piece has come, so that the revision is known."""
        return self._first is not None

    def rest(self) -> pb.RangeRequest:
        """The request for all that is missing."""
        request = pb.RangeRequest()
        request.CopyFrom(self._request)
        request.limit = self._left
        return request

    def page(self) -> pb.RangeRequest:
        """The request for the next page."""
        request = self.rest()
        request.limit = min(self._left or self._size, self._size)
        return request

    def take(self, answer: pb.RangeResponse, *, is_last: bool | None = None) -> pb.RangeResponse:
        """The piece that an answer is: with the revision, the count, and whether more follows.

        ``is_last`` is for pieces of a stream, which do not say it themselves.
        """
        first = self._first
        if first is None:
            self._first = first = answer
            self._request.revision = self._request.revision or answer.header.revision
        piece = pb.RangeResponse(header=first.header, kvs=answer.kvs, count=first.count)
        if answer.kvs:
            self._request.key = answer.kvs[-1].key + b"\0"
        if self._left:
            self._left -= len(answer.kvs)
            self.over = self._left <= 0
        if is_last is None:
            self._adapt(answer)
            is_last = not answer.more
        self.over = self.over or is_last
        piece.more = answer.more if self.over else True
        return piece

    def give_up_serializable(self) -> None:
        """Ask the cluster from now on: the member that answers now is behind the first one."""
        self._request.serializable = False

    @property
    def serializable(self) -> bool:
        """Whether the next request may be answered by a member alone."""
        return self._request.serializable

    def _adapt(self, answer: pb.RangeResponse) -> None:
        size = answer.ByteSize()
        if size > 2 * _AIM:
            self._size = max(self._size // 2, 1)
        elif size < _AIM // 2:
            self._size = min(self._size * 2, _MOST)
