"""The unmodified trees of etcd's releases go through the generator as they are.

None of them is copied into this repository: 3.4 is Debian's ``golang-etcd-server-dev``, the others
are the published Go modules, fetched where Go is at hand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from codegen import contract, docs, sources
from codegen.overlay import Overlay
from tests.codegen import trees

DEBIAN = Path("/usr/share/gocode/src/go.etcd.io/etcd")
LOCK = tomllib.loads((trees.ROOT / "protos/LOCK.toml").read_text(encoding="utf-8"))
METHODS = {"3.4": 46, "3.5.16": 48, "3.6.14": 48, "3.7.1": 49}
FETCH_SECONDS = 60


@dataclass(frozen=True)
class Made:
    """A package made from a foreign tree, and what the generator said."""

    source_root: Path
    stderr: str

    def files(self) -> dict[str, bytes]:
        """All files of the package."""
        paths = self.source_root.rglob("*")
        return {str(p.relative_to(self.source_root)): p.read_bytes() for p in paths if p.is_file()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The proto tree of a release, as upstream lays it out; skips where it can't be had."""

    @cache
    def found(release: str) -> Path:
        if release != "3.4":
            return linked(release, tmp_path_factory.mktemp("modules"))
        if not DEBIAN.is_dir():
            pytest.skip("the tree of etcd 3.4 comes with Debian's golang-etcd-server-dev")
        return DEBIAN

    return found


@pytest.fixture(scope="module")
def made(
    tree: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Made]:
    """The package made from the tree of a release, once for all tests."""

    @cache
    def generated(release: str) -> Made:
        return generate(tree(release), tmp_path_factory.mktemp(release))

    return generated


def generate(protos: Path, out: Path) -> Made:
    """Send a foreign tree through the command line, which must succeed."""
    run = trees.codegen("generate", "--protos", protos, "--out", out)
    assert run.returncode == 0, run.stderr
    return Made(out, run.stderr)


def linked(release: str, folder: Path) -> Path:
    """The published modules of a release, beside each other as in a checkout."""
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"the protos of etcd {release} are in Go modules, and there is no `go` on PATH")
    modules = [f"go.etcd.io/etcd/{name}/v3@v{release}" for name in ("api", "server")]
    try:
        run = subprocess.run(
            [go, "mod", "download", "-json", *modules],
            cwd=folder,
            env={**os.environ, "GOWORK": "off"},
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"the Go modules of etcd {release} can't be fetched: {error}")
    for text in run.stdout.replace("}\n{", "}\0{").split("\0"):
        module = json.loads(text)
        (folder / module["Path"].split("/")[-2]).symlink_to(module["Dir"])
    return folder


@pytest.mark.parametrize(("release", "count"), METHODS.items())
def test_every_method_is_there_and_the_package_imports(
    made: Callable[[str], Made], release: str, count: int
) -> None:
    code = """if True:
        from etcd_sdk_api import methods, ops
        from etcd_sdk_api._async import AsyncApi
        from etcd_sdk_api._sync import Api
        ops.Txn().when(ops.Compare.version("a") == 0).then(ops.Get("a").prefix()).build()
        ops.Watch("a").start_revision(1).build()
        print(len(methods.ALL), methods.__file__)
        """
    found, place = trees.python(made(release).source_root, code).split()
    assert Path(place).is_relative_to(made(release).source_root)
    assert int(found) == count


@pytest.mark.parametrize("release", ["3.4", "3.7.1"])
def test_a_strict_type_checker_is_content(made: Callable[[str], Made], release: str) -> None:
    assert trees.mypy(made(release).source_root, "etcd_sdk_api").startswith("Success")


@pytest.mark.parametrize("release", METHODS)
def test_missing_docs_are_listed_and_marked(made: Callable[[str], Made], release: str) -> None:
    undocumented = "v3lockpb.LockResponse.header: has no comment to make a docstring from"
    assert undocumented in made(release).stderr.splitlines()
    assert "remedy" not in made(release).stderr
    facade = made(release).source_root / "etcd_sdk_api/_async/kv.py"
    assert f'class AsyncKVApi:\n    """{docs.UNDOCUMENTED}"""' in facade.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("release", "younger"),
    [
        ("3.4", ["Auth.AuthStatus", "KV.RangeStream", "Maintenance.Downgrade"]),
        ("3.5.16", ["KV.RangeStream"]),
        ("3.6.14", ["KV.RangeStream"]),
        ("3.7.1", []),
    ],
)
def test_overlay_entries_for_what_is_younger_are_listed(
    made: Callable[[str], Made], release: str, younger: list[str]
) -> None:
    start, end = 'overlay: methods."etcdserverpb.', '": names nothing in the protos'
    listed = [line for line in made(release).stderr.splitlines() if line.startswith(start)]
    assert sorted(line.removeprefix(start).removesuffix(end) for line in listed) == younger


def test_the_newest_tree_fits_the_whole_overlay(made: Callable[[str], Made]) -> None:
    assert "overlay:" not in made("3.7.1").stderr


def test_the_comments_of_the_tree_become_docstrings(made: Callable[[str], Made]) -> None:
    facade = made("3.7.1").source_root / "etcd_sdk_api/_sync/kv.py"
    text = facade.read_text(encoding="utf-8")
    assert '"""Put puts the given key into the key-value store.' in text
    assert "limit: limit is a limit on the number of keys returned" in text


@pytest.mark.parametrize("release", ["3.6.14", "3.7.1"])
def test_the_since_options_are_read(made: Callable[[str], Made], release: str) -> None:
    facade = made(release).source_root / "etcd_sdk_api/_sync/cluster.py"
    assert "(etcd 3.5+)" in facade.read_text(encoding="utf-8")


def test_the_parent_of_a_checkout_gives_the_same_package(
    tree: Callable[[str], Path], made: Callable[[str], Made], tmp_path: Path
) -> None:
    parent = tmp_path / "parent"
    parent.mkdir()
    (parent / "etcd").symlink_to(tree("3.4"))
    from_parent = generate(parent, tmp_path / "out")
    assert from_parent.files() == made("3.4").files()
    assert from_parent.stderr == made("3.4").stderr


def test_the_api_module_alone_lacks_lock_and_election(
    tree: Callable[[str], Path], tmp_path: Path
) -> None:
    alone = generate(tree("3.7.1") / "api", tmp_path)
    code = "from etcd_sdk_api import methods; print(len(methods.ALL))"
    assert trees.python(alone.source_root, code) == "42\n"
    assert 'overlay: methods."v3lockpb.Lock.Lock": names nothing' in alone.stderr


def test_the_server_module_alone_lacks_an_import(
    tree: Callable[[str], Path], tmp_path: Path
) -> None:
    run = trees.codegen("generate", "--protos", tree("3.7.1") / "server", "--out", tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith("etcd/api/")
    assert "unresolved import in " in run.stderr
    assert "remedy: add the file to the tree" in run.stderr


def test_two_releases_in_one_tree_are_refused(tree: Callable[[str], Path], tmp_path: Path) -> None:
    both = tmp_path / "both"
    both.mkdir()
    (both / "a").symlink_to(tree("3.6.14"))
    (both / "b").symlink_to(tree("3.7.1"))
    run = trees.codegen("generate", "--protos", both, "--out", tmp_path / "out")
    assert run.returncode == 1
    assert "is defined by" in run.stderr
    assert "remedy: name a tree that holds one release of etcd, once" in run.stderr
    assert not (tmp_path / "out").exists()


def test_the_release_that_our_protos_are_of_has_their_contract(tree: Callable[[str], Path]) -> None:
    ignored = Overlay().ignored_packages
    ours = sources.load(trees.ROOT / "protos", ignored).file
    packages = {file.package for file in ours} - {"google.protobuf"}
    theirs = sources.load(tree(LOCK["release"]), ignored).file
    upstream = contract.contract(file for file in theirs if file.package in packages)
    assert contract.fingerprint(upstream) == LOCK["fingerprint"]
