"""The error classes themselves."""

from __future__ import annotations

import copy
import pickle

import pytest

from etcd_sdk import errors
from etcd_sdk.errors import EtcdError, StatusCode

ALL = [
    kind
    for name in errors.__all__
    if isinstance(kind := getattr(errors, name), type) and issubclass(kind, EtcdError)
]
MADE = [
    errors.ArgumentTypeError("limit", "int", "x"),
    errors.ArgumentValueError("limit", "is bad"),
    errors.CompactedError("text", endpoint="a:1", method="KV.Range"),
    errors.UnavailableError("gone", endpoint="a:1", method="KV.Put", in_doubt=True),
    errors.DeadlineExceededError("late"),
    errors.StatusError("?", code=StatusCode.INTERNAL),
]


@pytest.mark.parametrize("error", MADE)
@pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_errors_survive_copying(error: EtcdError, again: object) -> None:
    assert callable(again)
    twin = again(error)
    assert type(twin) is type(error)
    assert (str(twin), vars(twin), twin.code) == (str(error), vars(error), error.code)


@pytest.mark.parametrize("kind", ALL)
def test_every_class_is_documented_and_derives_from_the_base(kind: type[EtcdError]) -> None:
    assert (kind.__doc__ or "").strip()
    assert issubclass(kind, EtcdError)
    assert isinstance(kind.code, StatusCode)


def test_the_builtin_bases() -> None:
    assert issubclass(errors.DeadlineExceededError, TimeoutError)
    assert issubclass(errors.UnavailableError, ConnectionError)
    assert issubclass(errors.ArgumentTypeError, TypeError)
    assert issubclass(errors.ArgumentValueError, ValueError)


def test_what_an_error_says() -> None:
    assert str(MADE[3]) == (
        "gone [KV.Put at a:1; UNAVAILABLE; in doubt: the write may have been applied]"
    )
    assert str(MADE[0]) == "limit: must be int, not str"
    assert str(MADE[4]) == "late [DEADLINE_EXCEEDED]"


def test_texts_are_told_apart() -> None:
    assert len(errors.ServerError.__subclasses__()) == 68
    assert len({kind.text for kind in errors.ServerError.__subclasses__()}) == 68
