"""``python -m benchmarks``: measure and print; README.md beside this file says what it means."""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import experiments, failover, many, overhead, peers, server, soak
from benchmarks.measure import Comparison
from etcd_sdk.testing import etcd_version, find_etcd

_DEFAULT = ("overhead", "server", "watch", "peers")
_ROUNDS = 21
_SECONDS = 12.0

Figures = list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; the exit code is 0 whatever the figures are, but for `soak`."""
    options = _options(arguments)
    etcd = _etcd(options.etcd)
    begin = time.monotonic()
    results: dict[str, Any] = {"environment": _environment(etcd)}
    print(", ".join(f"{name} {value}" for name, value in results["environment"].items()))
    for part in options.parts or _DEFAULT:
        print(f"\n{part}: {_PARTS[part].__doc__}\n")
        results[part] = _PARTS[part](etcd, options)
    print(f"\n{time.monotonic() - begin:.0f} s")
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    return int(any(each["lost"] for each in results.get("soak", ())))


def _overhead(etcd: Path, options: argparse.Namespace) -> Figures:
    """Python time that the SDK adds to a call whose gRPC part returns at once."""
    figures = []
    _row("call", "through the SDK", "by hand", "added", "added, p90", f"<= {overhead.BOUND_US} us?")
    for each in overhead.run():
        times = (each.sdk_us, each.bare_us, each.added_us, each.added_p90_us)
        _row(each.call, *(f"{figure:.2f} us" for figure in times), each.verdict)
        figures.append({**dataclasses.asdict(each), "verdict": each.verdict})
    return figures


def _server(etcd: Path, options: argparse.Namespace) -> Figures:
    """The SDK beside bare gRPC that does the same work: bare time / SDK time, 1 is equal."""
    return _beside_bare(server.run(etcd, **_limits(options)))


def _watch(etcd: Path, options: argparse.Namespace) -> Figures:
    """Managed watches beside bare streams: bare time / SDK time; 0.80 is enough for events."""
    return _beside_bare(server.run(etcd, server.WATCH_CASES, **_limits(options)))


def _beside_bare(comparisons: Iterable[Comparison]) -> Figures:
    figures = []
    _row("work", "bare", "SDK", "ratio (range)", "control (range)", "rounds", "verdict")
    for each in comparisons:
        _row(*_compared(each), each.verdict)
        figures.append({**dataclasses.asdict(each), "verdict": each.verdict})
    return figures


def _peers(etcd: Path, options: argparse.Namespace) -> Figures:
    """The SDK beside other clients: their time / SDK time, above 1 the SDK is faster."""
    figures, notes = [], []
    _row("work", "theirs", "SDK", "ratio (range)", "control (range)", "rounds", "ratio, 95 %")
    for each in peers.run(etcd, **_limits(options)):
        figures.append(dataclasses.asdict(each))
        if isinstance(each, Comparison):
            low, high = each.confidence
            _row(f"{each.baseline} {each.work}", *_compared(each)[1:], f"{low:.2f}-{high:.2f}")
        else:
            notes.append(f"{each.peer}: {each.text}")
    print("", *notes, sep="\n")
    return figures


def _many(etcd: Path, options: argparse.Namespace) -> Figures:
    """Many watches and many kept leases in one client; the control is another such client."""
    figures = []
    wanted: str = options.only
    _row("figure", "SDK", "control", "unit")
    for each in many.run(
        etcd, count=options.count, window=options.window, only=lambda name: wanted in name
    ):
        figures.append(dataclasses.asdict(each))
        digits = 2 if each.value < 100 else 0
        _row(each.name, f"{each.value:,.{digits}f}", f"{each.control:,.{digits}f}", each.unit)
    return figures


def _failover(etcd: Path, options: argparse.Namespace) -> Figures:
    """Fifty callers when one of three members is killed; and when a member falls silent."""
    figures: Figures = []
    wanted: str = options.only
    rounds = max(1, options.rounds // 4)
    _row("what happens", "median (range)", "unit", "verdict")
    for each in failover.run(etcd, rounds=rounds, only=lambda name: wanted in name):
        if not figures or figures[-1]["work"] != each.work:
            print(f"{each.work}, {rounds} times")
        _row(f"  {each.name}", str(each.value), each.unit, each.verdict)
        figures.append(dataclasses.asdict(each))
    return figures


def _experiments(etcd: Path, options: argparse.Namespace) -> Figures:
    """What gRPC's event engine costs: time as it is / time without it."""
    figures = []
    _row("grpcio, work", "as it is", "without", "ratio (range)", "control (range)", "rounds")
    for each in experiments.run(etcd, **_limits(options)):
        figures.append(dataclasses.asdict(each))
        if isinstance(each, Comparison):
            _row(*_compared(each))
        elif isinstance(each, experiments.Recovery):
            _row(each.work, f"{each.default.median:.3f} s", f"{each.off.median:.3f} s")
        else:
            _row(f"{each.work}, as it is", f"  {each.default}")
            _row(f"{each.work}, without", f"  {each.off}")
    return figures


def _soak(etcd: Path, options: argparse.Namespace) -> Figures:
    """Leases (TTL 5) of a cluster whose members are killed one at a time; none may be lost."""
    seconds = options.minutes * 60
    outcomes, kills = soak.run(etcd, seconds=seconds, leases=10, ttl=5, pause=10.0)
    _row(f"client, over {kills} kills", "leases", "renewals", "longest gap", "least left", "lost")
    for each in outcomes:
        gaps = f"{each.longest_gap:.2f} s", f"{each.least_left:.2f} s"
        _row(each.flavour, str(each.leases), str(each.renewals), *gaps, str(each.lost))
    return [{"kills": kills, **dataclasses.asdict(each)} for each in outcomes]


_PARTS: dict[str, Callable[[Path, argparse.Namespace], Figures]] = {
    "overhead": _overhead,
    "server": _server,
    "watch": _watch,
    "peers": _peers,
    "many": _many,
    "failover": _failover,
    "soak": _soak,
    "experiments": _experiments,
}


def _row(first: str, *cells: str) -> None:
    print(f"{first:<36}", *(f"{cell:>17}" for cell in cells), flush=True)


def _compared(each: Comparison) -> tuple[str, ...]:
    times = (_time(each.baseline_us), _time(each.subject_us))
    return each.work, *times, str(each.ratio), str(each.control), str(each.rounds)


def _time(microseconds: float) -> str:
    if microseconds < 10_000:
        return f"{microseconds:.0f} us"
    return f"{microseconds / 1000:.1f} ms"


def _limits(options: argparse.Namespace) -> dict[str, Any]:
    wanted: str = options.only
    return {
        "rounds": options.rounds,
        "seconds": options.seconds,
        "only": lambda name: wanted in name,
    }


def _environment(etcd: Path) -> dict[str, str]:
    return {
        "Python": platform.python_version(),
        "grpcio": version("grpcio"),
        "protobuf": version("protobuf"),
        "etcd": etcd_version(etcd),
    }


def _etcd(path: Path | None) -> Path:
    """The given binary, or the newest at hand."""
    if path is None:
        from tests.etcd_builds import built

        path = next(reversed(built().values()), None)
    return find_etcd(path)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parts = f"{', '.join(_PARTS)}; default: {', '.join(_DEFAULT)}"
    parser.add_argument("parts", nargs="*", type=_part, metavar="PART", help=parts)
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="default: %(default)s")
    parser.add_argument(
        "--seconds", type=float, default=_SECONDS, help="for a comparison; default: %(default)s"
    )
    parser.add_argument(
        "--count", type=int, default=10_000, help="watches or leases; default: %(default)s"
    )
    parser.add_argument(
        "--window", type=float, default=40.0, help="seconds to see renewals; default: %(default)s"
    )
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="to keep leases alive; default: %(default)s"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="work with TEXT in its name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--etcd", type=Path, metavar="PATH", help="default: the newest at hand")
    return parser.parse_args(arguments)


def _part(name: str) -> str:
    if name not in _PARTS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(_PARTS)}")
    return name


if __name__ == "__main__":
    sys.exit(main())
