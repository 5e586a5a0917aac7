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
    errors.ClusterUnavailableError("all gone", causes=(), method="KV.Put"),
    errors.UnsupportedByServerError("KV.RangeStream", needs="3.7", server_version="3.5.1"),
    errors.OldClusterError("b:1 runs etcd 3.3.27", endpoint="b:1"),
    errors.ClientForkedError("made before a fork", in_doubt=True),
    errors.ClientLoopError("belongs to another loop"),
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
    assert issubclass(errors.ClientLoopError, RuntimeError)


def test_what_an_error_says() -> None:
    assert str(MADE[3]) == (
        "gone [KV.Put at a:1; UNAVAILABLE; in doubt: the write may have been applied]"
    )
    assert str(MADE[0]) == "limit: must be int, not str"
    assert str(MADE[4]) == "late [DEADLINE_EXCEEDED]"


def test_an_unreachable_cluster_tells_why_of_each_endpoint() -> None:
    causes = [errors.UnavailableError("gone", endpoint=name) for name in ("a:1", "b:1")]
    error = errors.ClusterUnavailableError("no endpoint answers", causes=causes)
    assert isinstance(error, errors.UnavailableError)
    assert (error.causes, error.code) == (tuple(causes), StatusCode.UNAVAILABLE)
    twin = pickle.loads(pickle.dumps(error))
    assert [(type(c), str(c)) for c in twin.causes] == [(type(c), str(c)) for c in causes]


def test_a_server_that_is_too_old_is_told_in_one_sentence() -> None:
    error = errors.UnsupportedByServerError("KV.RangeStream", needs="3.7", server_version="3.5.1")
    assert isinstance(error, errors.UnimplementedError)
    assert error.message == "KV.RangeStream needs etcd 3.7, the server is 3.5.1"
    assert (error.feature, error.needs, error.server_version) == ("KV.RangeStream", "3.7", "3.5.1")
    unknown = errors.UnsupportedByServerError("Auth.UserAdd hashedPassword", needs="3.5")
    assert unknown.message == (
        "Auth.UserAdd hashedPassword needs etcd 3.5, the server does not know it"
    )


def test_no_answer_both_proves_and_doubts() -> None:
    resent = {kind.__name__ for kind in errors.ServerError.__subclasses__() if kind.resend}
    assert resent == {
        *("InvalidAuthTokenError", "AuthOldRevisionError", "NoLeaderError", "NotCapableError"),
        *("NotSupportedForLearnerError", "TooManyRequestsError", "NotPrimaryLessorError"),
        "ProposalDroppedError",
    }
    assert not any(getattr(errors, name).may_have_applied for name in resent)


def test_texts_are_told_apart() -> None:
    assert len(errors.ServerError.__subclasses__()) == 69
    assert len({kind.text for kind in errors.ServerError.__subclasses__()}) == 69
