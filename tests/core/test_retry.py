"""What may be sent again, when, and what a failure says of the endpoint."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import errors
from etcd_sdk._core.retry import Attempts, RetryPolicy, blames, may_resend, probe_wait
from etcd_sdk._core.status import NEVER_SENT, error_from
from etcd_sdk_api import methods
from etcd_sdk_api.errors import BY_TEXT, EtcdError, StatusCode
from etcd_sdk_api.method import Method

READS = [method for method in methods.ALL if method.read]
WRITES = [method for method in methods.ALL if not method.read]
DEFAULT = RetryPolicy(100, 0.025, 1.0, 0.1)

# By name, so that no new class becomes one without somebody thinking of it: etcd answers these
# before it does anything.
UNAPPLIED = {
    "AuthOldRevisionError",
    "InvalidAuthTokenError",
    "NoLeaderError",
    "NotCapableError",
    "NotPrimaryLessorError",
    "NotSupportedForLearnerError",
    "ProposalDroppedError",
    "TooManyRequestsError",
}


def with_subclasses(kind: type[EtcdError]) -> Iterator[type[EtcdError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from with_subclasses(each)


ALL = list(with_subclasses(EtcdError))


def example(kind: type[EtcdError], *, in_doubt: bool, code: StatusCode | None = None) -> EtcdError:
    """An error of that class, whatever its constructor wants."""
    error = kind.__new__(kind, "text")
    EtcdError.__init__(error, "text", code=code, endpoint="a:1", in_doubt=in_doubt)
    return error


# --- sending again ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("in_doubt", [True, False])
def test_a_write_is_sent_again_only_if_the_first_one_did_nothing(
    kind: type[EtcdError], in_doubt: bool
) -> None:
    error = example(kind, in_doubt=in_doubt)
    unsent = issubclass(kind, errors.UnavailableError) and not in_doubt
    for method in WRITES:
        assert may_resend(method, error) == (unsent or kind.__name__ in UNAPPLIED)


@pytest.mark.parametrize("code", StatusCode, ids=str)
@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_no_code_makes_a_write_in_doubt_sent_again(kind: type[EtcdError], code: StatusCode) -> None:
    if kind.__name__ not in UNAPPLIED:
        error = example(kind, in_doubt=True, code=code)
        assert not any(may_resend(method, error) for method in WRITES)


@given(code=st.sampled_from(list(StatusCode)[1:]), text=st.text() | st.sampled_from(list(BY_TEXT)))
def test_whatever_a_server_says_a_write_in_doubt_is_not_sent_again(
    code: StatusCode, text: str
) -> None:
    for method in WRITES:
        error = error_from(code, text, method, "a:1")
        assert not (error.in_doubt and may_resend(method, error))


@pytest.mark.parametrize("text", ["context canceled", "context deadline exceeded", "", "anything"])
@pytest.mark.parametrize("code", [StatusCode.CANCELLED, StatusCode.DEADLINE_EXCEEDED], ids=str)
def test_a_write_that_the_server_gave_up_is_in_doubt(code: StatusCode, text: str) -> None:
    for method in WRITES:
        error = error_from(code, text, method, "a:1")
        assert error.in_doubt
        assert not may_resend(method, error)


@pytest.mark.parametrize("text", NEVER_SENT)
def test_a_write_that_never_left_is_sent_again(text: str) -> None:
    for method in methods.ALL:
        assert may_resend(method, error_from(StatusCode.UNAVAILABLE, text, method, "a:1"))


def test_reads_are_sent_again_where_the_trouble_passes() -> None:
    passing = {
        *UNAPPLIED,
        "AppliedIndexTimeoutError",
        "ClusterUnavailableError",
        "ConnectionLostTimeoutError",
        "LeaderChangedError",
        "LeaderFailTimeoutError",
        "RequestCanceledError",
        "ServerStoppedError",
        "ServerTimeoutError",
        "UnavailableError",
        "UnhealthyClusterError",
    }
    for method in READS:
        found = {kind.__name__ for kind in ALL if may_resend(method, example(kind, in_doubt=False))}
        assert found == passing


def test_a_read_is_sent_again_after_a_server_cancelled_it_and_not_after_its_own_deadline() -> None:
    for method in READS:
        cancelled = error_from(StatusCode.CANCELLED, "RST_STREAM", method, "a:1")
        late = error_from(StatusCode.CANCELLED, "RST_STREAM", method, "a:1", late=True)
        assert may_resend(method, cancelled)
        assert not may_resend(method, late)


# --- blame --------------------------------------------------------------------------------------


def test_only_what_the_endpoint_can_be_blamed_for_is_held_against_it() -> None:
    blamed = {kind.__name__ for kind in ALL if blames(example(kind, in_doubt=False))}
    assert blamed == {
        "AppliedIndexTimeoutError",
        "ClusterUnavailableError",
        "ConnectionLostTimeoutError",
        "CorruptClusterError",
        "LeaderChangedError",
        "LeaderFailTimeoutError",
        "NoLeaderError",
        "NotCapableError",
        "NotSupportedForLearnerError",
        "ServerStoppedError",
        "ServerTimeoutError",
        "UnavailableError",
        "UnhealthyClusterError",
    }


@given(failures=st.integers(0, 10**6))
def test_probes_come_ever_later_but_never_too_late(failures: int) -> None:
    gone = example(errors.UnavailableError, in_doubt=False)
    learner = example(errors.NotSupportedForLearnerError, in_doubt=False)
    assert 0.025 <= probe_wait(gone, failures) <= probe_wait(gone, failures + 1) <= 0.5
    assert probe_wait(gone, failures) <= probe_wait(learner, failures) <= 10


# --- waits --------------------------------------------------------------------------------------

policies = st.builds(
    lambda most, backoff, more, jitter: RetryPolicy(most, backoff, backoff * more, jitter),
    st.integers(1, 200),
    st.floats(0.001, 10),
    st.floats(1, 1000),
    st.floats(0, 1),
)


def waits(attempts: Attempts, number: int, part: float) -> list[float]:
    """The waits of a call that fails for ever, ``part`` telling where in the jitter each falls."""
    found: list[float] = []
    now = 0.0
    while len(found) < number:
        wait = attempts.next_round(now, lambda low, high: low + part * (high - low))
        if wait is None:
            break
        found.append(wait)
        now += wait
    return found


@given(policy=policies, part=st.floats(0, 1))
def test_waits_grow_up_to_the_longest(policy: RetryPolicy, part: float) -> None:
    found = waits(Attempts(policy, math.inf), 80, part)
    assert len(found) == 80
    jitter = 1 + policy.jitter * (2 * part - 1)
    for index, wait in enumerate(found):
        plain = min(policy.backoff * 2**index, policy.max_backoff)
        assert wait == pytest.approx(plain * jitter)
    assert found == sorted(found) or jitter == pytest.approx(0, abs=1e-9)


@given(policy=policies)
def test_jitter_stays_within_its_part(policy: RetryPolicy) -> None:
    attempts = Attempts(policy, math.inf)
    for _ in range(10):
        wait = attempts.next_round(0)
        assert wait is not None
        assert 0 <= wait <= policy.max_backoff * (1 + policy.jitter) * 1.000001


@given(policy=policies, seconds=st.floats(0, 100), part=st.floats(0, 1))
def test_no_wait_ends_after_the_deadline(policy: RetryPolicy, seconds: float, part: float) -> None:
    assert sum(waits(Attempts(policy, seconds), 1000, part)) <= seconds


def test_a_hundred_rounds_do_not_overflow() -> None:
    assert waits(Attempts(RetryPolicy(1, 1e-3, 1e6, 0.0), math.inf), 3000, 0.5)[-1] == 1e6


@given(most=st.integers(1, 300))
def test_there_are_as_many_attempts_as_the_policy_allows(most: int) -> None:
    attempts = Attempts(DEFAULT._replace(max_attempts=most), math.inf)
    made = 1
    while True:
        attempts.failed(example(errors.UnavailableError, in_doubt=False))
        if not attempts.may_go_on():
            break
        made += 1
        assert attempts.number == made
    assert made == most


def test_a_stream_that_ends_without_a_reason_hides_none() -> None:
    attempts = Attempts(DEFAULT, math.inf)
    untold = errors.StatusError("does not say why", code=StatusCode.INTERNAL, endpoint="a:1")
    told = example(errors.NoLeaderError, in_doubt=False)
    for error, kept in (untold, untold), (told, told), (untold, told):
        attempts.failed(error)
        assert attempts.verdict(error, ["a:1"]) is kept


def test_a_round_forgets_who_was_tried() -> None:
    attempts = Attempts(DEFAULT, math.inf)
    attempts.failed(example(errors.UnavailableError, in_doubt=False))
    assert attempts.tried == {"a:1"}
    assert attempts.next_round(0) is not None
    assert attempts.tried == set()


def test_waiting_makes_no_voter_of_a_learner() -> None:
    learner = example(errors.NotSupportedForLearnerError, in_doubt=False)
    assert failed(learner).next_round(0) is None
    assert failed(unreachable("b:2"), learner).next_round(0) is not None


def test_a_token_is_not_renewed_for_ever() -> None:
    attempts = Attempts(DEFAULT, math.inf)
    renewals = 0
    while attempts.may_renew():
        renewals += 1
        assert renewals < 100
    assert renewals == attempts.renewals - 1 >= 2


# --- what the user sees -------------------------------------------------------------------------


def failed(*failures: EtcdError) -> Attempts:
    attempts = Attempts(DEFAULT, math.inf)
    for failure in failures:
        attempts.failed(failure)
    return attempts


def unreachable(endpoint: str, text: str = "refused", *, in_doubt: bool = False) -> EtcdError:
    return errors.UnavailableError(text, endpoint=endpoint, method="KV.Put", in_doubt=in_doubt)


def test_if_nobody_can_be_reached_all_are_named() -> None:
    a, b = unreachable("a:1", "refused"), unreachable("b:2", "reset")
    seen = failed(unreachable("a:1", "an older cause"), b, a).verdict(a, ["a:1", "b:2"])
    assert isinstance(seen, errors.ClusterUnavailableError)
    assert set(seen.causes) == {a, b}
    assert (seen.method, seen.in_doubt) == ("KV.Put", False)
    for part in ("a:1", "refused", "b:2", "reset"):
        assert part in str(seen)
    assert "older" not in str(seen)


def test_of_one_endpoint_the_error_is_its_own() -> None:
    a = unreachable("a:1")
    assert failed(a, a).verdict(a, ["a:1"]) is a


def test_nothing_is_said_of_an_endpoint_that_was_not_tried() -> None:
    a, b = unreachable("a:1"), unreachable("b:2")
    assert failed(a, b).verdict(b, ["a:1", "b:2", "c:3"]) is b


def test_endpoints_that_were_left_out_meanwhile_do_not_count() -> None:
    old, a, b = unreachable("old:1"), unreachable("a:1"), unreachable("b:2")
    seen = failed(old, a, b).verdict(b, ["a:1", "b:2"])
    assert isinstance(seen, errors.ClusterUnavailableError)
    assert set(seen.causes) == {a, b}


@pytest.mark.parametrize(
    "last",
    [
        unreachable("b:2", in_doubt=True),
        errors.NoLeaderError("text", endpoint="b:2"),
        errors.DeadlineExceededError("text", endpoint="b:2"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_endpoint_that_was_reached_says_more(last: EtcdError) -> None:
    assert failed(unreachable("a:1"), last).verdict(last, ["a:1", "b:2"]) is last


def test_every_method_is_either_kind() -> None:
    assert READS
    assert WRITES
    assert all(isinstance(method, Method) for method in methods.ALL)
    assert {"KV_PUT", "LEASE_GRANT", "LEASE_REVOKE", "MAINTENANCE_MOVE_LEADER"} <= {
        name for name, value in inspect.getmembers(methods) if value in WRITES
    }
