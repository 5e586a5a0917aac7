"""One small proto through the whole generator, against files that a reviewer can read.

``UPDATE_GOLDEN=1 python -m pytest tests/codegen/test_golden.py`` writes the files anew.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from codegen import emit
from codegen.overlay import Overlay
from tests.codegen import trees

FRAGMENTS = Path(__file__).with_name("fragments")
GOLDEN = Path(__file__).with_name("golden")
PINNED = ["_async/toys.py", "enums.py", "methods.py", "ops.py", "requests.py"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The package made from the fragment, by path below ``etcd_sdk_api``."""
    tree = tmp_path_factory.mktemp("tree")
    for source in (FRAGMENTS / "toys.proto", *trees.ROOT.glob("protos/**/version.proto")):
        trees.write(tree, {f"versionpb/{source.name}": source.read_text(encoding="utf-8")})
    made = trees.package(tree, Overlay(FRAGMENTS / "overlay.toml"))
    prefix = f"{emit.PACKAGE}/"
    return {str(path).removeprefix(prefix): text for path, text in made.items()}


@pytest.fixture(scope="module")
def source_root(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same package on disk."""
    root = tmp_path_factory.mktemp("root")
    trees.write(root / emit.PACKAGE, files)
    return root


@pytest.mark.parametrize("name", PINNED)
def test_what_is_made_is_what_was_reviewed(files: dict[str, str], name: str) -> None:
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        trees.write(GOLDEN, {f"{name}.txt": files[name]})
    assert files[name] == golden.read_text(encoding="utf-8")


def test_every_module_is_python(files: dict[str, str]) -> None:
    modules = [name for name in files if name.endswith((".py", ".pyi"))]
    assert len(modules) > len(PINNED)
    for name in modules:
        ast.parse(files[name], name)


def test_it_satisfies_a_strict_type_checker(source_root: Path) -> None:
    assert trees.mypy(source_root, emit.PACKAGE).startswith("Success")


def test_requests_carry_what_was_given(source_root: Path) -> None:
    code = """
        from etcd_sdk_api import pb, requests
        from etcd_sdk_api.enums import Color
        owner = pb.Owner(name="me")
        request = requests.find_request(
            "a", prefix=True, color=1, labels=["x", "y"], max_mm=0, owner=owner, password="s"
        )
        assert request == pb.FindRequest(
            key=b"a", range_end=b"b", color="RED", labels=["x", "y"], maxMM=0, owner=owner,
            password="s",
        )
        assert request.WhichOneof("size") == "maxMM"
        assert requests.find_request("a") == pb.FindRequest(key=b"a")
        follow = requests.follow_create_request("a", except_=[Color.ANY, 1])
        print(getattr(follow, "except"))
        """
    assert trees.python(source_root, _dedent(code)) == "[0, 1]\n"


def test_builders_hide_secrets(source_root: Path) -> None:
    code = """
        from etcd_sdk_api.ops import Find, Follow
        print(Find("a").prefix().password("hunter2"))
        print(Follow("a").except_(1).build().key)
        """
    shown = trees.python(source_root, _dedent(code)).splitlines()
    assert shown == ["Find(key='a', prefix=True, password=…)", "b'a'"]


def test_methods_say_what_the_overlay_says(source_root: Path) -> None:
    code = """
        from etcd_sdk_api import methods
        for m in methods.ALL:
            print(m.path, m.kind, m.read, m.blocking, m.member, m.since)
        """
    assert trees.python(source_root, _dedent(code)).splitlines() == [
        "/toyspb.Toys/Find unary True False False ",
        "/toyspb.Toys/FindStream server_stream False True True ",
        "/toyspb.Toys/Follow bidi_stream False False False 3.2",
    ]


def test_errors_go_by_their_texts(source_root: Path) -> None:
    code = """
        from etcd_sdk_api import errors
        for text, kind in errors.BY_TEXT.items():
            print(text, kind.__name__, kind.code.name, kind.may_have_applied, kind.resend)
        """
    assert trees.python(source_root, _dedent(code)).splitlines() == [
        'toys: "lost" LostError NOT_FOUND True False',
        "toys: asleep AsleepError UNAVAILABLE False True",
    ]


def _dedent(code: str) -> str:
    return "\n".join(line.removeprefix(" " * 8) for line in code.splitlines())
