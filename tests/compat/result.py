"""What is known after a check."""

from __future__ import annotations

from typing import NamedTuple


class Result(NamedTuple):
    """One check in one environment, and the problem that it found, if any."""

    where: str
    what: str
    problem: str | None = None
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.problem is None

    @property
    def line(self) -> str:
        verdict = "passed" if self.passed else "FAILED"
        detail = f": {self.problem}" if self.problem else f" ({self.note})" if self.note else ""
        return f"{verdict}  {self.where:<24} {self.what}{detail}"
