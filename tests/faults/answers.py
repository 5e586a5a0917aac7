"""A server that answers what it is told: for answers that cannot be had from etcd at will."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import grpc


class Answers(grpc.GenericRpcHandler):
    """Ends every unary call with the same status, and counts them.

    A context manager: it listens inside the ``with`` block.

    Args:
        code: The status.
        text: What comes with it.

    Attributes:
        endpoint: Where it listens, as ``"127.0.0.1:port"``.
        calls: The paths of the calls that have come so far.
    """

    endpoint: str

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        self.calls: list[str] = []
        self._code = code
        self._text = text
        self._server = grpc.server(ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers((self,))

    def __enter__(self) -> Self:
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stop(None).wait()

    def service(self, handler_call_details: Any) -> Any:
        """What gRPC asks for each call: how to handle it."""
        self.calls.append(handler_call_details.method)
        return grpc.unary_unary_rpc_method_handler(self._answer)

    def _answer(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        context.abort(self._code, self._text)
        raise AssertionError("abort raises")
