"""Fair comparisons on a busy machine.

Contestants take turns in batches of some milliseconds, in every order equally often, so that
whatever else the machine does meets all of them alike. A round is a few such batches of each; what
is compared is two contestants within one round, and what is reported is the median over all
rounds. Each round makes its contestants anew, in another order: one connection may be some per
cent faster than its equal for as long as it lives. One contestant has a twin, the control: how the
two differ is noise, and nothing finer than it can be told.
"""

from __future__ import annotations

import gc
import itertools
import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Protocol

ENOUGH = 0.95
"""A ratio from which on two contestants count as equal."""

BATCHES = 6
"""Batches of each contestant in a round: three contestants have as many orders."""

CONTROL = "control"
"""The name of the contestant that is a twin of another."""

_OVERTIME = 3.0
"""How much longer than planned a comparison may take before rounds are left out."""


class Batch(Protocol):
    """Does some work ``calls`` times."""

    def __call__(self, calls: int) -> float:
        """Return the seconds that it took."""
        ...


Contestant = Callable[[], AbstractContextManager[Batch]]
"""Makes a client; the batch that uses it is good inside the context."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the ends of some figures."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Iterable[float]) -> Spread:
        ordered = sorted(figures)
        return cls(statistics.median(ordered), ordered[0], ordered[-1])

    def __contains__(self, figure: float) -> bool:
        return self.low <= figure <= self.high

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f}-{self.high:.2f})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How long the same work took two contestants.

    Attributes:
        work: What was done.
        baseline: Who set the measure.
        subject: Who is measured.
        rounds: How many rounds were run.
        baseline_us: Median microseconds of the baseline for one unit of work.
        subject_us: Median microseconds of the subject.
        ratio: Baseline's time / subject's time, round by round: 1 is equal, more is faster.
        confidence: Of the median of those ratios, with 95 %.
        control: The same for two of one kind: what it shows is noise.
        enough: The ratio from which on all is well.
    """

    work: str
    baseline: str
    subject: str
    rounds: int
    baseline_us: float
    subject_us: float
    ratio: Spread
    confidence: tuple[float, float]
    control: Spread
    enough: float = ENOUGH

    @property
    def ok(self) -> bool:
        return self.ratio.median >= self.enough or self.ratio.median in self.control

    @property
    def verdict(self) -> str:
        if self.ratio.median >= self.enough:
            return "ok"
        return "ok (noise)" if self.ok else "SLOWER"


def alternate(
    contestants: Mapping[str, Contestant],
    *,
    rounds: int,
    seconds: float,
    batches: int = BATCHES,
    at_least: int = 1,
) -> dict[str, list[float]]:
    """Seconds for one call, of each contestant in each round.

    Args:
        contestants: Who takes turns.
        rounds: How many rounds.
        seconds: How long all of it should take. Rounds are left out only when it takes far longer.
        batches: How often each contestant has its turn in a round.
        at_least: The least number of calls in a batch; how many there are depends on the time.
    """
    share = seconds / rounds / batches / len(contestants)
    calls = max(at_least, int(share / max(_seconds_a_call(each) for each in contestants.values())))
    orders = itertools.cycle(_orders(list(contestants)))
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    begin = time.perf_counter()
    for _ in range(rounds):
        totals = dict.fromkeys(contestants, 0.0)
        with ExitStack() as stack:
            ready = {name: stack.enter_context(contestants[name]()) for name in next(orders)}
            for batch in ready.values():
                batch(max(1, calls // 10))
            gc.collect()
            for order in itertools.islice(orders, batches):
                for name in order:
                    totals[name] += ready[name](calls)
        for name, total in totals.items():
            figures[name].append(total / batches / calls)
        if time.perf_counter() - begin > _OVERTIME * seconds:
            break
    return figures


def _orders(names: list[str]) -> list[list[str]]:
    """Orders in which everybody has every place equally often; of three names, all there are."""
    rotated = [names[shift:] + names[:shift] for shift in range(len(names))]
    return [order for each in rotated for order in (each, each[::-1])]


def _seconds_a_call(contestant: Contestant) -> float:
    """A first, rough figure. It takes some 50 ms, or one call where that takes longer."""
    with contestant() as batch:
        seconds, calls = _elapsed(batch, 1), 1
        while seconds < 0.05:
            calls *= 4
            seconds = _elapsed(batch, calls)
    return seconds / calls


def _elapsed(batch: Batch, calls: int) -> float:
    """What a batch takes of our time, whatever it measures itself."""
    begin = time.perf_counter()
    batch(calls)
    return time.perf_counter() - begin


def confidence(figures: Iterable[float]) -> tuple[float, float]:
    """The ends of the median's 95 % confidence interval, by the ranks that a sign test allows.

    Of fewer than six figures it is their whole range, which is less sure.
    """
    ordered = sorted(figures)
    count, rank, chances = len(ordered), 0, 1
    while chances <= 0.025 * 2**count:
        rank += 1
        chances += math.comb(count, rank)
    rank = max(1, rank)
    return ordered[rank - 1], ordered[-rank]


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Quotients, round by round."""
    return [a / b for a, b in zip(above, below, strict=True)]


def compare(
    work: str,
    figures: Mapping[str, Sequence[float]],
    baseline: str,
    subject: str,
    *,
    twin: str,
    enough: float = ENOUGH,
) -> Comparison:
    """What `alternate` found of two contestants, ``CONTROL`` being a twin of one of them."""
    measure = figures[baseline]
    ratio = ratios(measure, figures[subject])
    return Comparison(
        work=work,
        baseline=baseline,
        subject=subject,
        rounds=len(measure),
        baseline_us=1e6 * statistics.median(measure),
        subject_us=1e6 * statistics.median(figures[subject]),
        ratio=Spread.of(ratio),
        confidence=confidence(ratio),
        control=Spread.of(ratios(figures[twin], figures[CONTROL])),
        enough=enough,
    )
