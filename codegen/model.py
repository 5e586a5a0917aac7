"""The one thing that templates see: etcd's API as frozen values, names and decisions made.

No protobuf and no Jinja here. ``generated/api.json`` is this model, and what a reviewer reads
first when a new etcd release comes in. Every ``doc`` is plain text with names in double backticks;
every ``since`` is the etcd minor release that brought the thing, or empty for 3.0.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One value of an enum."""

    name: str
    number: int
    doc: str
    since: str


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum and its Python ``IntEnum`` twin."""

    full_name: str
    name: str
    """Of the twin: ``SortOrder``."""
    pb_name: str
    """Of the protobuf enum, below ``pb``: ``RangeRequest.SortOrder``."""
    doc: str
    since: str
    values: tuple[EnumValue, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message, as it is on the wire."""

    name: str
    number: int
    type: str
    """The proto type (``int64``, ``bytes``), or the full name of an enum or a message."""
    repeated: bool
    oneof: str
    """The oneof that it is an arm of, or empty."""
    doc: str
    since: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message, as it is on the wire."""

    full_name: str
    pb_name: str
    doc: str
    since: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a call and, by the same name, one option of a builder.

    ``kind`` says how a value gets into the message, and picks the lines that do so in
    ``templates/etcd_sdk_api/_macros.j2``:

    ``bool`` ``int`` ``str`` ``bytes`` ``enum`` ``message``: a value of one field.
    ``key``: a key without a range, which must not be empty.
    ``key_range``: a key that the next three parameters, of kind ``range_option``, may widen.
    ``compare``: a condition, built by ``Compare``.
    ``op``: one of several requests, made by builders and wrapped in a message.
    """

    name: str
    kind: str
    field: str
    """Where it goes, from the request: ``limit``, ``perm.key``."""
    type: str
    """The annotation, as Python source."""
    default: str
    """Python source, or empty where a caller must give the argument."""
    doc: str
    since: str
    secret: bool = False
    repeated: bool = False
    """Whether it takes any number of values."""
    bounds: str = ""
    """The range that an ``int`` must be in, as a constant of ``checks``."""
    refers: str = ""
    """The Python class that a value must be of: an enum, a message or a wrapper."""
    oneof: str = ""
    """The oneof whose arms exclude each other, or empty."""

    @property
    def required(self) -> bool:
        """Whether a caller must give it."""
        return not self.default

    @property
    def given(self) -> str:
        """The condition under which it is sent, as Python source; empty for always.

        What is default is not sent. Of a oneof, an arm that was given is sent, default or not.
        """
        if self.required or self.repeated:
            return ""
        if self.oneof or self.kind == "message":
            return f"{self.name} is not None"
        return {
            "bool": f"{self.name} is not False",
            "int": f"{self.name} != 0",
            "enum": f"{self.name} != 0",
        }.get(self.kind, "")

    @property
    def item_type(self) -> str:
        """The annotation of one value of a repeated parameter."""
        return self.type.partition("[")[2].removesuffix("]")


@dataclass(frozen=True, slots=True)
class Group:
    """Several parameters that one builder option sets together."""

    name: str
    doc: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """How a request message is made from arguments: once, for facades and builders alike."""

    message: Message
    function: str
    """In ``requests``: ``range_request``."""
    parameters: tuple[Parameter, ...]
    builder: str
    """The builder's class, or empty where there is nothing to choose."""
    service: str
    """The service whose ``do`` takes the builder, or empty."""
    method: str
    """The method that ``do`` calls, as a constant of ``methods``; empty where there is none."""
    response: Message | None
    """What that method returns."""
    facade: str
    """Where the same options are offered as arguments (``kv.get``), or empty."""
    groups: tuple[Group, ...]

    @property
    def required(self) -> tuple[Parameter, ...]:
        """The arguments that a caller always gives."""
        return tuple(p for p in self.parameters if p.required)

    @property
    def options(self) -> tuple[Parameter, ...]:
        """The builder's options that set one parameter each."""
        grouped = {p.name for group in self.groups for p in group.parameters}
        return tuple(p for p in self.parameters if not p.required and p.name not in grouped)

    @property
    def oneofs(self) -> tuple[tuple[str, ...], ...]:
        """The names of parameters of which at most one may be given."""
        names = dict.fromkeys(p.oneof for p in self.parameters if p.oneof)
        return tuple(tuple(p.name for p in self.parameters if p.oneof == name) for name in names)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A message that carries one of several requests: ``RequestOp`` of a transaction."""

    name: str
    """The union of builders: ``TxnOp``."""
    message: Message
    doc: str
    arms: tuple[tuple[str, str], ...]
    """Builder class and the oneof arm that carries what it builds."""


@dataclass(frozen=True, slots=True)
class Target:
    """What of a key a transaction can compare."""

    name: str
    """Of the field that takes the operand."""
    number: int
    """In the enum of targets."""
    type: str
    """The annotation of what it is compared with."""
    bounds: str
    """The range that an ``int`` must be in, as a constant of ``checks``; empty for bytes."""
    doc: str
    since: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The message that a transaction's conditions are made of."""

    message: Message
    targets: tuple[Target, ...]
    properties: Enum
    """What of a key can be compared: the numbers of the targets."""
    results: Enum
    """How it can compare."""


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """An error that the server sends, told by its text."""

    name: str
    text: str
    code: str
    in_doubt: bool
    """Whether a write answered so may have been applied all the same."""
    resend: bool
    """Whether it was surely not applied and may be sent again, even a write."""
    doc: str
    since: str


@dataclass(frozen=True, slots=True)
class Method:
    """One RPC."""

    rpc: str
    name: str
    constant: str
    path: str
    kind: str
    """``unary``, ``server_stream`` or ``bidi_stream``."""
    request: Message
    response: Message
    function: str
    """The function of ``requests`` that makes the request; empty for a bidirectional stream."""
    parameters: tuple[Parameter, ...]
    read: bool
    """Whether it changes nothing, so that it may be sent again."""
    blocking: bool
    """Whether it may rightly take for ever, so that it has no default timeout."""
    member: bool
    """Whether it concerns the one member that is asked."""
    since: str
    newer_fields: tuple[tuple[str, str], ...]
    """Fields of the request without which it means something else, though a server may be older
    than they are; each with the release that brought it."""
    newer: bool
    """Whether a server may be too old for it, or for one of ``newer_fields``."""
    doc: str
    raises: tuple[ErrorClass, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One service, and the class that faces it."""

    full_name: str
    name: str
    module: str
    doc: str
    methods: tuple[Method, ...]
    has_ops: bool
    """Whether builders exist that its ``do`` can take."""


@dataclass(frozen=True, slots=True)
class ProtoFile:
    """A file of descriptors, by the name under which ``pb`` carries it."""

    module: str
    imports: tuple[str, ...]
    messages: tuple[str, ...]
    enums: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Api:
    """Everything."""

    files: tuple[ProtoFile, ...]
    services: tuple[Service, ...]
    requests: tuple[Request, ...]
    wrappers: tuple[Wrapper, ...]
    comparison: Comparison | None
    enums: tuple[Enum, ...]
    messages: tuple[Message, ...]
    errors: tuple[ErrorClass, ...]

    @property
    def release(self) -> str:
        """The newest etcd minor release that anything here came with."""
        known: tuple[tuple[Enum | Message | Method | Field, ...], ...] = (
            self.enums,
            self.messages,
            tuple(method for service in self.services for method in service.methods),
            tuple(field for message in self.messages for field in message.fields),
        )
        releases = {thing.since for things in known for thing in things if thing.since}
        return max(releases, key=lambda release: tuple(map(int, release.split("."))), default="3.0")
