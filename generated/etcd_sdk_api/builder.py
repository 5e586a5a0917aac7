# Written by codegen from protos/ and templates/etcd_sdk_api/builder.py; do not edit.

"""What all option builders share: they are immutable values that make a request when asked."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Self, TypeVar

from google.protobuf.message import Message

from etcd_sdk_api.errors import ArgumentValueError
from etcd_sdk_api.method import Method

RequestT_co = TypeVar("RequestT_co", bound=Message, covariant=True)
ResponseT_co = TypeVar("ResponseT_co", bound=Message, covariant=True)


class Builder(Generic[RequestT_co]):
    """The arguments of a request, kept as a value.

    Every option returns a new builder, so one can be shared, stored and built upon. Arguments are
    checked when the request is built.
    """

    __slots__ = ("_options",)
    _secrets: ClassVar[frozenset[str]] = frozenset()

    _options: dict[str, Any]

    def build(self) -> RequestT_co:
        """A new request message.

        Raises:
            ArgumentError: An option has a bad value.
        """
        raise TypeError(f"{type(self).__name__} builds nothing itself: use a class derived from it")

    def _with(self, **options: object) -> Self:
        changed = object.__new__(type(self))
        changed._options = {**self._options, **options}
        return changed

    def _with_once(self, **options: object) -> Self:
        for name in options.keys() & self._options.keys():
            raise ArgumentValueError(name, "was given before; give all of its values at once")
        return self._with(**options)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._options == self._options

    def __hash__(self) -> int:
        return hash((type(self), frozenset(self._options.items())))

    def __repr__(self) -> str:
        shown = (
            f"{name}=…" if name in self._secrets else f"{name}={value!r}"
            for name, value in self._options.items()
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class Op(Builder[RequestT_co], Generic[RequestT_co, ResponseT_co]):
    """A builder whose request one unary method takes."""

    __slots__ = ()

    method: Method[RequestT_co, ResponseT_co]
