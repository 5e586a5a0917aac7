"""What is constant about an RPC: the data that transports are driven by."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, Literal, TypeVar

from google.protobuf.message import Message

# Covariant, so that a function over several methods can take any of them.
RequestT_co = TypeVar("RequestT_co", bound=Message, covariant=True)
ResponseT_co = TypeVar("ResponseT_co", bound=Message, covariant=True)

Kind = Literal["unary", "server_stream", "bidi_stream"]


class Method(Generic[RequestT_co, ResponseT_co]):
    """One RPC of etcd's API. A constant: compared and hashed by identity.

    Attributes:
        path: What is called on the wire: ``/etcdserverpb.KV/Range``.
        name: What errors and logs call it: ``KV.Range``.
        kind: Which messages are streams.
        request: The type of its requests.
        response: The type of its responses.
        read: Whether it changes nothing, so that it may be sent again.
        blocking: Whether it may rightly take for ever, so that it has no default timeout.
        member: Whether it concerns the one member that is asked, so that a caller may choose it.
        since: The etcd minor release that brought it (``3.5``); empty for 3.0.
        newer_fields: The fields of its requests that a server may be too old for, though not for
            the method, with the releases that brought them. Ignoring one would silently change
            what the call means.
        newer: Whether a server may be too old at all: for the method or one of these fields. etcd
            3.4 is the oldest that counts.
    """

    __slots__ = (
        "path",
        "name",
        "kind",
        "request",
        "response",
        "read",
        "blocking",
        "member",
        "since",
        "newer_fields",
        "newer",
    )

    path: str
    name: str
    kind: Kind
    request: type[RequestT_co]
    response: type[ResponseT_co]
    read: bool
    blocking: bool
    member: bool
    since: str
    newer_fields: Mapping[str, str]
    newer: bool

    def __init__(
        self,
        path: str,
        kind: Kind,
        request: type[RequestT_co],
        response: type[ResponseT_co],
        *,
        read: bool = False,
        blocking: bool = False,
        member: bool = False,
        since: str = "",
        newer_fields: Mapping[str, str] = MappingProxyType({}),
        newer: bool = False,
    ) -> None:
        self.path = path
        self.name = path.rpartition(".")[2].replace("/", ".")
        self.kind = kind
        self.request = request
        self.response = response
        self.read = read
        self.blocking = blocking
        self.member = member
        self.since = since
        self.newer_fields = newer_fields
        self.newer = newer

    def __repr__(self) -> str:
        return f"Method({self.path})"
