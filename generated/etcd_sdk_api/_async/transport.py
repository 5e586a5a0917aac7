# Written by codegen from protos/ and templates/etcd_sdk_api/_async/transport.py; do not edit.

"""What the facades need of a run-time: a way to make the three kinds of calls."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self, TypeVar

from google.protobuf.message import Message

from etcd_sdk_api.method import Method

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)
RequestT_contra = TypeVar("RequestT_contra", bound=Message, contravariant=True)
ResponseT_co = TypeVar("ResponseT_co", bound=Message, covariant=True)


class AsyncResponses(Protocol[ResponseT_co]):
    """The responses of a call, as they come: iterate them.

    The call ends with the iteration, with ``cancel()``, with the ``with`` block, and when nobody
    holds it any more. An error that ended it is raised again by every later read.
    """

    def cancel(self) -> None:
        """End the call; an iteration that waits for a response ends too. Does not block.

        In asyncio only from the loop's own thread, like everything of a stream.
        """

    def __aiter__(self) -> Self: ...

    async def __anext__(self) -> ResponseT_co: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class AsyncStream(AsyncResponses[ResponseT_co], Protocol[RequestT_contra, ResponseT_co]):
    """A call that sends requests while its responses come."""

    def send(self, request: RequestT_contra) -> None:
        """Queue a request. It is sent in turn; this does not block.

        Raises:
            ArgumentTypeError: It is no request of this stream.
            StreamEndedError: The stream is over, or ``half_close`` was called.
            ClientClosedError: The client is closed.
        """

    def half_close(self) -> None:
        """Promise to send no more; responses go on until the server ends the call."""


class AsyncTransport(Protocol):
    """Makes calls. ``timeout`` is in seconds; ``None`` is the transport's default."""

    def at(self, endpoint: str | None) -> AsyncTransport:
        """The same transport, aimed at one endpoint; ``None`` is the transport itself.

        Raises:
            ArgumentError: It is no endpoint.
        """
        ...

    async def unary(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> ResponseT:
        """One request, one response."""
        ...

    def server_stream(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> AsyncResponses[ResponseT]:
        """One request, many responses."""
        ...

    def bidi_stream(
        self, method: Method[RequestT, ResponseT], timeout: float | None
    ) -> AsyncStream[RequestT, ResponseT]:
        """Many requests, many responses."""
        ...
