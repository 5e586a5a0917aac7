"""What a watch promises, checked on what it brought.

The checks are those of etcd's own robustness tests. Some look at a watch alone, the others compare
it with `Truth`: all that happened, as the server tells it in the end, when all is calm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from etcd_sdk import FilterType, pb

_PUT, _DELETE = pb.Event.PUT, pb.Event.DELETE


class Recorded(NamedTuple):
    """What a watch was asked for, and all responses that its reader got."""

    request: pb.WatchCreateRequest
    responses: list[pb.WatchResponse]

    @property
    def events(self) -> Iterator[pb.Event]:
        return (event for response in self.responses for event in response.events)

    def covers(self, event: pb.Event) -> bool:
        """Whether the watch was asked for such an event."""
        key, end = self.request.key, self.request.range_end
        inside = event.kv.key == key if not end else key <= event.kv.key
        below = end in (b"", b"\0") or event.kv.key < end
        unwanted = FilterType.NOPUT if event.type == _PUT else FilterType.NODELETE
        late = event.kv.mod_revision >= self.request.start_revision
        return inside and below and late and unwanted not in self.request.filters


class Truth:
    """All changes of a server.

    Args:
        events: All of them since its first revision, in order.
    """

    def __init__(self, events: Iterable[pb.Event]) -> None:
        self.events = [_plain(event) for event in events]
        self._before: dict[tuple[int, bytes], pb.KeyValue | None] = {}
        present: dict[bytes, pb.KeyValue] = {}
        for event in self.events:
            self._before[event.kv.mod_revision, event.kv.key] = present.pop(event.kv.key, None)
            if event.type == _PUT:
                present[event.kv.key] = event.kv

    def before(self, event: pb.Event) -> pb.KeyValue | None:
        """The pair that an event has replaced; ``None`` if it has created one."""
        return self._before.get((event.kv.mod_revision, event.kv.key))

    def of(self, recorded: Recorded) -> list[pb.Event]:
        """What a watch should have brought by now."""
        return [event for event in self.events if recorded.covers(event)]


def problems(recorded: Recorded, truth: Truth) -> list[str]:
    """Where a watch broke its promises; each begins with the promise."""
    return [f"{name}: {what}" for name, check in CHECKS.items() for what in check(recorded, truth)]


def _filter(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """Only what was asked for comes."""
    return (f"got {_name(each)}" for each in recorded.events if not recorded.covers(each))


def _ordered(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """Revisions never go back."""
    last = 0
    for event in recorded.events:
        if event.kv.mod_revision < last:
            yield f"{_name(event)} came after {last}"
        last = event.kv.mod_revision


def _unique(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """Nothing comes twice."""
    seen: set[tuple[int, bytes]] = set()
    for event in recorded.events:
        identity = event.kv.mod_revision, event.kv.key
        if identity in seen:
            yield f"{_name(event)} came again"
        seen.add(identity)


def _atomic(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """A revision comes in one response."""
    seen: set[int] = set()
    for response in recorded.responses:
        revisions = {event.kv.mod_revision for event in response.events}
        yield from (f"{revision} came in two responses" for revision in sorted(revisions & seen))
        seen |= revisions
        if response.fragment:
            yield f"{sorted(revisions)} came in a fragment"


def _bookmarkable(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """A notification tells that all up to its revision has come."""
    told = last = 0
    for response in recorded.responses:
        for event in response.events:
            last = event.kv.mod_revision
            if last <= told:
                yield f"{_name(event)} came after all up to {told} had come"
        if not response.events:
            if response.header.revision < last:
                yield f"told {response.header.revision} after {last} had come"
            told = max(told, response.header.revision)


def _resumable(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """It starts with the first event from its start revision on."""
    first, expected = next(recorded.events, None), next(iter(truth.of(recorded)), None)
    if first is not None and (expected is None or _key(first) != _key(expected)):
        yield f"started with {_name(first)}"


def _reliable(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """Nothing is missing in between, and all is as it was."""
    got = {_plain(event).SerializeToString(): event for event in recorded.events}
    if not got:
        return
    revisions = [event.kv.mod_revision for event in got.values()]
    expected = {
        event.SerializeToString(): event
        for event in truth.of(recorded)
        if revisions[0] <= event.kv.mod_revision <= revisions[-1]
    }
    yield from (f"{_name(each)} is missing" for key, each in expected.items() if key not in got)
    yield from (f"{_name(each)} never was" for key, each in got.items() if key not in expected)


def _is_create(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """An event tells rightly whether its key is new."""
    for event in recorded.events:
        says = event.type == _PUT and event.kv.create_revision == event.kv.mod_revision
        if says != (event.type == _PUT and truth.before(event) is None):
            yield f"{_name(event)} says {'yes' if says else 'no'}"


def _prev_kv(recorded: Recorded, truth: Truth) -> Iterator[str]:
    """Events carry what was there before if that was asked for, and else nothing."""
    for event in recorded.events:
        expected = truth.before(event) if recorded.request.prev_kv else None
        if (event.prev_kv if event.HasField("prev_kv") else None) != expected:
            yield f"{_name(event)} says {str(event.prev_kv)!r}"


CHECKS: dict[str, Callable[[Recorded, Truth], Iterator[str]]] = {
    "filter": _filter,
    "ordered": _ordered,
    "unique": _unique,
    "atomic": _atomic,
    "bookmarkable": _bookmarkable,
    "resumable": _resumable,
    "reliable": _reliable,
    "is-create": _is_create,
    "prev-kv": _prev_kv,
}


def _plain(event: pb.Event) -> pb.Event:
    return pb.Event(type=event.type, kv=event.kv)


def _key(event: pb.Event) -> tuple[int, bytes]:
    return event.kv.mod_revision, event.kv.key


def _name(event: pb.Event) -> str:
    what = "put" if event.type == _PUT else "delete"
    return f"the {what} of {event.kv.key!r} at {event.kv.mod_revision}"
