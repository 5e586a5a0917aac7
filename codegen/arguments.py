"""How calls are made: from fields of requests to arguments of facades and options of builders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codegen import model, names
from codegen.overlay import FieldFacts, Overlay, report_unused
from codegen.problems import CodegenError, Report
from codegen.wire import Rpc, Wire

# Integer types, and the constants of ``checks`` that bound them. Most signed numbers of etcd
# (limits, revisions, TTLs) must not be negative; the overlay names those that may be.
_INTEGERS = {
    "int32": ("NATURAL32", "INT32"),
    "int64": ("NATURAL", "INT64"),
    "uint32": ("UINT32", "UINT32"),
    "uint64": ("UINT64", "UINT64"),
}
_SCALARS = {**dict.fromkeys(_INTEGERS, "int"), "bool": "bool", "string": "str", "bytes": "bytes"}
_ANNOTATIONS = {"bool": "bool", "int": "int", "str": "str", "bytes": "str | bytes"}
_DEFAULTS = {"bool": "False", "int": "0", "str": '""', "bytes": 'b""'}


class Arguments:
    """Requests, and what they are made of, for everything that the RPCs of ``wire`` take."""

    def __init__(self, wire: Wire, overlay: Overlay, report: Report) -> None:
        self._wire = wire
        self._overlay = overlay
        self._report = report
        self._called_with = {
            name for rpc in wire.rpcs for name in self._sent(rpc.kind, rpc.request)
        }
        self.requests = self._read_requests()

    def wrappers(self) -> Iterator[model.Wrapper]:
        """The messages that carry one of several requests, as far as calls use them."""
        used = {p.refers for r in self.requests.values() for p in r.parameters if p.kind == "op"}
        for message in self._wire.messages.values():
            if used and (name := self._wrapper_name(message.full_name)) in used:
                doc = self._overlay.wrappers.get(message.full_name).doc or message.doc
                arms = tuple((self.requests[f.type].builder, f.name) for f in message.fields)
                yield model.Wrapper(name, message, doc, arms)

    def comparison(self) -> model.Comparison | None:
        """The message that conditions of a transaction are made of."""
        message = self._wire.messages.get(self._overlay.comparison)
        if message is None:
            if self._overlay.comparison:
                report_unused(self._report, "comparison")
            return None
        by_name = {field.name: field for field in message.fields}
        properties, results = (
            self._wire.enums[by_name[name].type] for name in ("target", "result")
        )
        values = {value.name: value for value in properties.values}
        targets = []
        for field in (f for f in message.fields if f.oneof):
            facts = self._overlay.fields.get(f"{message.full_name}.{field.name}")
            target = values[field.name.partition("_")[0].upper()]
            annotation, bounds = _ANNOTATIONS[_SCALARS[field.type]], _bounds(field, facts)
            targets.append(
                model.Target(field.name, target.number, annotation, bounds, target.doc, field.since)
            )
        return model.Comparison(message, tuple(targets), properties, results)

    # -- requests -------------------------------------------------------------------------------

    def _sent(self, kind: str, request: model.Message) -> list[str]:
        """What a caller makes for an RPC: the request or, for a stream of them, what it carries."""
        if kind != "bidi_stream":
            return [request.full_name]
        return [f.type for f in request.fields if f.oneof and f.type in self._wire.messages]

    def _read_requests(self) -> dict[str, model.Request]:
        wire = self._wire
        unary = [rpc for rpc in wire.rpcs if rpc.kind == "unary"]
        # Where several unary methods take one request, its builder belongs to the first.
        callers = {rpc.request.full_name: rpc for rpc in reversed(unary)}
        whole = {rpc.request.full_name for rpc in wire.rpcs if rpc.kind != "bidi_stream"}
        sent = dict.fromkeys(
            name for rpc in wire.rpcs for name in self._sent(rpc.kind, rpc.request)
        )
        requests = (self._read_request(wire.messages[name], callers.get(name)) for name in sent)
        return {
            request.message.full_name: request
            for request in requests
            if request.builder or request.message.full_name in whole
        }

    def _read_request(self, message: model.Message, caller: Rpc | None) -> model.Request:
        facts = self._overlay.messages.get(message.full_name)
        parameters = tuple(self._parameters(message, facts.positional))
        named = {p.name: p for p in parameters}
        for name, group in facts.groups.items():
            for unknown in (p for p in group.parameters if p not in named):
                where = f'messages."{message.full_name}".groups.{name}'
                report_unused(self._report, f"{where}: {unknown}")
        has_options = any(not p.required for p in parameters)
        return model.Request(
            message=message,
            function=f"{names.snake_case(message.pb_name.removesuffix('Request'))}_request",
            parameters=parameters,
            builder=self._builder_name(message) if has_options else "",
            service=caller.service.pb_name if caller else "",
            method=caller.constant if caller else "",
            response=caller.response if caller else None,
            facade=caller.dotted if caller else "",
            groups=tuple(
                model.Group(
                    name, group.doc, tuple(named[p] for p in group.parameters if p in named)
                )
                for name, group in facts.groups.items()
            ),
        )

    def _builder_name(self, message: model.Message) -> str:
        builder = self._overlay.messages.get(message.full_name).builder
        if isinstance(builder, str):
            return builder
        return message.pb_name.replace(".", "").removesuffix("Request") if builder else ""

    def _wrapper_name(self, full_name: str) -> str:
        """The union of builders that a message wraps, or empty if it wraps none."""
        message = self._wire.messages[full_name]
        if not message.fields or not all(
            f.oneof and self._has_builder(f.type) for f in message.fields
        ):
            return ""
        return self._overlay.wrappers.get(full_name).name or message.pb_name

    def _has_builder(self, full_name: str) -> bool:
        """Whether a message is one that calls are made with, and has options to choose."""
        if full_name not in self._called_with:
            return False
        message = self._wire.messages[full_name]
        positional = self._overlay.messages.get(full_name).positional
        options = {field.name for field in message.fields} - set(positional)
        return bool(options and self._builder_name(message))

    # -- parameters -----------------------------------------------------------------------------

    def _parameters(
        self, message: model.Message, positional: tuple[str, ...]
    ) -> list[model.Parameter]:
        found = list(self._flat_parameters(message, positional, ""))
        for path in positional:
            if path not in {p.field for p in found}:
                raise CodegenError(
                    f'overlay: messages."{message.full_name}".positional',
                    f"{path!r} is no field of the message",
                    f"name one of {', '.join(p.field for p in found if p.kind != 'range_option')}",
                )
        order = {path: index for index, path in enumerate(positional)}
        return sorted(found, key=lambda p: order.get(p.field if p.required else "", len(order)))

    def _flat_parameters(
        self, message: model.Message, positional: tuple[str, ...], prefix: str
    ) -> Iterator[model.Parameter]:
        by_name = {field.name: field for field in message.fields}
        ranged = {"key", "range_end"} <= by_name.keys() and by_name["key"].type == "bytes"
        for field in message.fields:
            path = f"{prefix}{field.name}"
            facts = self._overlay.fields.get(f"{message.full_name}.{field.name}")
            if facts.hidden or (ranged and field.name == "range_end"):
                continue
            if facts.flatten:
                inner = self._flattened(message, field)
                yield from self._flat_parameters(inner, positional, f"{path}.")
                continue
            is_key = field.name == "key" and field.type == "bytes" and not field.repeated
            required = path in positional or (is_key and not field.oneof)
            parameter = self._parameter(message, field, facts, path, required=required)
            if is_key:
                parameter = replace(parameter, kind="key_range" if ranged else "key")
            yield parameter
            if ranged and field.name == "key":
                yield from self._range_options(by_name["range_end"], path)

    def _flattened(self, message: model.Message, field: model.Field) -> model.Message:
        if field.type in self._wire.messages and not field.repeated:
            return self._wire.messages[field.type]
        raise CodegenError(
            f'overlay: fields."{message.full_name}.{field.name}".flatten',
            f"a {'repeated ' * field.repeated}{field.type} is no message",
            "flatten only what holds the arguments of the call itself",
        )

    def _range_options(self, range_end: model.Field, path: str) -> Iterator[model.Parameter]:
        """What any message with ``key`` and ``range_end`` gets, by rule."""
        said = self._overlay.docs
        for name, annotation, default, doc in (
            ("prefix", "bool", "False", said["prefix"]),
            ("from_key", "bool", "False", said["from_key"]),
            ("range_end", "str | bytes | None", "None", range_end.doc),
        ):
            yield model.Parameter(
                name, "range_option", path, annotation, default, doc, range_end.since
            )

    def _parameter(
        self,
        message: model.Message,
        field: model.Field,
        facts: FieldFacts,
        path: str,
        *,
        required: bool,
    ) -> model.Parameter:
        kind, annotation, default, refers = self._kind(message, field)
        if field.repeated:
            annotation, default = f"Iterable[{annotation}]", "()"
        elif facts.default:
            default = "True"
        elif field.oneof or kind == "message":
            default = "None"
            annotation += "" if required else " | None"
        return model.Parameter(
            name=self._wire.field_name(message.full_name, field.name),
            kind=kind,
            field=path,
            type=annotation,
            default="" if required else default,
            doc=field.doc,
            since=field.since,
            secret=facts.secret,
            repeated=field.repeated,
            bounds=_bounds(field, facts),
            refers=refers,
            oneof=field.oneof,
        )

    def _kind(self, message: model.Message, field: model.Field) -> tuple[str, str, str, str]:
        """Kind, annotation, default and the class referred to, of one value of a field."""
        if field.type in self._wire.enums:
            enum = self._wire.enums[field.type]
            return "enum", enum.name, f"{enum.name}.{enum.values[0].name}", enum.name
        if field.type == self._overlay.comparison and field.repeated:
            return "compare", "Compare", "()", "Compare"
        if field.type in self._wire.messages:
            if field.repeated and (name := self._wrapper_name(field.type)):
                return "op", name, "()", name
            annotation = f"pb.{self._wire.messages[field.type].pb_name}"
            return "message", annotation, "None", annotation
        if field.type in _SCALARS:
            kind = _SCALARS[field.type]
            return kind, _ANNOTATIONS[kind], _DEFAULTS[kind], ""
        raise CodegenError(
            f"{message.full_name}.{field.name}",
            f"a request field of type {field.type} has no Python form yet",
            "teach codegen/arguments.py and templates/etcd_sdk_api/_macros.j2 this type",
        )


def _bounds(field: model.Field, facts: FieldFacts) -> str:
    natural, signed = _INTEGERS.get(field.type, ("", ""))
    return signed if facts.signed else natural
