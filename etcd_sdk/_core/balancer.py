"""Which endpoint the next call goes to: one after the other, of those that work.

An endpoint that fails is left at once. Whoever uses this tries it in the background and says when
it serves again; until then it gets calls only if no endpoint works.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Generic, Protocol, TypeVar


class Member(Protocol):
    """What is balanced."""

    @property
    def name(self) -> str:
        """The endpoint, as errors name it."""
        ...


MemberT = TypeVar("MemberT", bound=Member)


class Balancer(Generic[MemberT]):
    """The members of a cluster, and which of them work.

    Any thread may pick; changes are made by one thread at a time.
    """

    def __init__(self) -> None:
        self.members: tuple[MemberT, ...] = ()
        """All, in the order of the endpoints."""
        self.usable: tuple[MemberT, ...] = ()
        """Those that work; all, if none does."""
        self._failed: set[MemberT] = set()
        self._turn = 0

    def replace(self, members: Iterable[MemberT]) -> None:
        """Balance over others; what is known of those that stay is kept."""
        self.members = tuple(members)
        self._failed.intersection_update(self.members)
        self._choose()

    def pick(self) -> MemberT:
        """The next one."""
        usable = self.usable
        self._turn = turn = self._turn + 1
        return usable[turn % len(usable)]

    def pick_untried(self, tried: Collection[str]) -> MemberT | None:
        """The next one that is not among those names; ``None`` if all are."""
        left = [member for member in self.usable if member.name not in tried]
        if not left:
            return None
        self._turn = turn = self._turn + 1
        return left[turn % len(left)]

    def fails(self, member: MemberT) -> bool:
        """Leave a member alone; says whether that is news."""
        if member in self._failed or member not in self.members:
            return False
        self._failed.add(member)
        self._choose()
        return True

    def serves(self, member: MemberT) -> None:
        """Use a member again."""
        self._failed.discard(member)
        self._choose()

    def is_failed(self, member: MemberT) -> bool:
        """Whether a member is being left alone."""
        return member in self._failed

    def _choose(self) -> None:
        working = tuple(member for member in self.members if member not in self._failed)
        self.usable = working or self.members
