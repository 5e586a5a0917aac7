"""Runs the checks of programs in this environment.

``python runner.py PROGRAM...``

A check is a function whose name starts with ``check_``; it gets a running server. What it returns
is a note for the reader. Each is reported as one line of JSON.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import runpy
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main(paths: list[str]) -> None:
    # All programs first: what they import, and in which order, may be what they are about.
    programs = {Path(path).stem: runpy.run_path(path) for path in paths}
    from etcd_sdk.testing import EtcdServer

    # One loop for all: with a new one for each check, grpcio 1.66 tells of the old one's end.
    with asyncio.Runner() as loop, EtcdServer() as server:
        for program, names in programs.items():
            for name, check in names.items():
                if name.startswith("check_"):
                    report = {"check": f"{program}: {name.removeprefix('check_')}"}
                    print(json.dumps(report | outcome(loop, check, server)), flush=True)  # noqa: T201


def outcome(
    loop: asyncio.Runner, check: Callable[..., Any], server: object
) -> dict[str, str | None]:
    try:
        returned = check(server)
        note = loop.run(returned) if inspect.iscoroutine(returned) else returned
    except Exception:
        return {"problem": traceback.format_exc(), "note": ""}
    return {"problem": None, "note": note or ""}


if __name__ == "__main__":
    main(sys.argv[1:])
