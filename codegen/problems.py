"""What the generator says when it cannot go on, or goes on with a blemish.

A message always names the proto element (or overlay key) and the remedy, because its reader is
somebody who has just dropped a new etcd release into ``protos/``.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class CodegenError(Exception):
    """Generation cannot go on: ``element`` has a ``problem``, and ``remedy`` mends it."""

    def __init__(self, element: str, problem: str, remedy: str) -> None:
        super().__init__(f"{element}: {problem}\n  remedy: {remedy}")
        self.element = element


@dataclass
class Report:
    """Collects what strict generation refuses and foreign-tree generation only lists."""

    strict: bool
    lines: list[str] = field(default_factory=list)

    def add(self, element: str, problem: str, remedy: str) -> None:
        """Note a blemish of ``element``; ``remedy`` is shown if it turns out to be fatal."""
        self.lines.append(f"{element}: {problem}" + (f"\n  remedy: {remedy}" * self.strict))

    def settle(self) -> None:
        """Raise everything noted as one error, if this report is strict."""
        if self.strict and self.lines:
            raise ReportError(self.lines)


class ReportError(CodegenError):
    """Several things at once, so that one run of the generator shows all of them."""

    def __init__(self, lines: list[str]) -> None:
        Exception.__init__(self, "\n".join(lines))
        self.element = lines[0].split(":", 1)[0]
