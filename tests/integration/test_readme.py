"""The programs in README.md run, and say what one expects."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from etcd_sdk.testing import EtcdServer
from tests.conftest import RELEASES

ROOT = Path(__file__).parents[2]
PROGRAMS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


def run(program: str, server: EtcdServer) -> str:
    program = program.replace("127.0.0.1:2379", server.endpoint)
    environment = {"ETCD": str(next(iter(RELEASES.values()))), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=60, env=environment
    ).stdout


def test_there_are_programs() -> None:
    assert len(PROGRAMS) == 4


def test_the_tour(own_server: EtcdServer) -> None:
    said = run(PROGRAMS[0], own_server).splitlines()
    assert said[0].startswith("[(b'/app/b', b'2', 3), (b'/app/a', b'1', 2)] 2 ")
    assert said[1:3] == ["b'/app/b'", "True 2"]
    assert said[3] == "True b'/app/owner'"
    assert said[4] == "OUT_OF_RANGE etcdserver: mvcc: required revision is a future revision"


@pytest.mark.parametrize(
    ("program", "output"),
    list(zip(PROGRAMS[1:], ["{endpoints}\n", "b'/jobs/1' b'build'\n", ""], strict=True)),
)
def test_the_others(own_server: EtcdServer, program: str, output: str) -> None:
    endpoints = [own_server.endpoint, "127.0.0.2:2379", "127.0.0.3:2379"]
    assert run(program, own_server) == output.format(endpoints=endpoints)


def test_the_demo_runs_in_both_flavours() -> None:
    command = [sys.executable, "-W", "error", "-m", "examples.demo"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=True)
    first, second = (part.splitlines()[1:] for part in run.stdout.split("-- ")[1:])
    assert first == second
    assert len(first) == 8
