"""Which endpoint is next: every working one in its turn, a failed one only if all have failed."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from etcd_sdk._core.balancer import Balancer


class Node:
    """What is balanced: told by identity, known by name."""

    def __init__(self, name: str) -> None:
        self.name = name


NODES = [Node(name) for name in "abcdef"]


def balancer_over(*members: Node) -> Balancer[Node]:
    balancer: Balancer[Node] = Balancer()
    balancer.replace(members)
    return balancer


@given(size=st.integers(1, 6), rounds=st.integers(1, 5))
def test_everyone_has_a_turn_in_every_round(size: int, rounds: int) -> None:
    balancer = balancer_over(*NODES[:size])
    picked = Counter(balancer.pick() for _ in range(size * rounds))
    assert picked == Counter(dict.fromkeys(NODES[:size], rounds))


def test_turns_go_on_where_they_were_when_a_member_is_back() -> None:
    a, b, c = NODES[:3]
    balancer = balancer_over(a, b, c)
    balancer.fails(b)
    assert {balancer.pick() for _ in range(2)} == {a, c}
    balancer.serves(b)
    assert {balancer.pick() for _ in range(3)} == {a, b, c}


def test_a_failure_is_news_only_once_and_only_of_a_member() -> None:
    a, b, stranger = NODES[:3]
    balancer = balancer_over(a, b)
    assert balancer.fails(a)
    assert not balancer.fails(a)
    assert not balancer.fails(stranger)
    balancer.serves(a)
    assert balancer.fails(a)


def test_what_is_known_of_members_that_stay_is_kept_and_of_others_forgotten() -> None:
    a, b, c = NODES[:3]
    balancer = balancer_over(a, b)
    balancer.fails(a)
    balancer.replace((a, c))
    assert balancer.is_failed(a)
    balancer.replace((b, c))
    balancer.replace((a, b))
    assert not balancer.is_failed(a)


def test_a_call_tries_everyone_once() -> None:
    balancer = balancer_over(*NODES[:3])
    tried: set[str] = set()
    while (member := balancer.pick_untried(tried)) is not None:
        tried.add(member.name)
    assert tried == {"a", "b", "c"}


class Life(RuleBasedStateMachine):
    """Members fail, serve again, come and go, while calls are made."""

    def __init__(self) -> None:
        super().__init__()
        self.members: list[Node] = NODES[:3]
        self.failed: set[Node] = set()
        self.balancer = balancer_over(*self.members)
        self.picks: list[Node] = []

    @property
    def usable(self) -> set[Node]:
        working = set(self.members) - self.failed
        return working or set(self.members)

    @rule(node=st.sampled_from(NODES))
    def fails(self, node: Node) -> None:
        news = node in self.members and node not in self.failed
        assert self.balancer.fails(node) == news
        if news:
            self.failed.add(node)
            self.picks.clear()

    @rule(node=st.sampled_from(NODES))
    def serves(self, node: Node) -> None:
        self.balancer.serves(node)
        self.failed.discard(node)
        self.picks.clear()

    @rule(members=st.lists(st.sampled_from(NODES), min_size=1, unique=True))
    def replaced(self, members: list[Node]) -> None:
        self.balancer.replace(members)
        self.members = members
        self.failed &= set(members)
        self.picks.clear()

    @rule(times=st.integers(1, 10))
    def pick(self, times: int) -> None:
        for _ in range(times):
            self.picks.append(self.balancer.pick())
        assert set(self.picks) <= self.usable

    @precondition(lambda self: len(self.picks) >= len(self.usable))
    @invariant()
    def everyone_usable_has_had_a_turn(self) -> None:
        assert set(self.picks[-len(self.usable) :]) == self.usable

    @rule(tried=st.sets(st.sampled_from([node.name for node in NODES])))
    def pick_untried(self, tried: set[str]) -> None:
        left = {node for node in self.usable if node.name not in tried}
        found = self.balancer.pick_untried(tried)
        assert (found in left) if left else (found is None)
        self.picks.clear()  # the turn has moved

    @invariant()
    def all_agree_on_who_fails(self) -> None:
        assert set(self.balancer.usable) == self.usable
        assert {node for node in NODES if self.balancer.is_failed(node)} == self.failed


TestLife = Life.TestCase
