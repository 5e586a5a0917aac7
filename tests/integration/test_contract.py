"""``protos/`` against what every etcd binary at hand says of itself."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from codegen import contract, sources
from codegen.problems import CodegenError
from tests.etcd_builds import built
from tests.integration.descriptors import carried

PROTOS = Path(__file__).parents[2] / "protos"
LOCK = PROTOS / "LOCK.toml"
BINARIES = built()
METHODS = {(3, 4): 46, (3, 5): 48, (3, 6): 48, (3, 7): 49}


def minor(release: str) -> tuple[int, int]:
    major, minor_, *_ = release.split(".")
    return int(major), int(minor_)


LOCKED = minor(tomllib.loads(LOCK.read_text(encoding="utf-8"))["release"])
OLDER = [release for release in BINARIES if minor(release) < LOCKED]
SAME = [release for release in BINARIES if minor(release) == LOCKED]


def own_files(tree: Path) -> list[FileDescriptorProto]:
    """The files of a tree in our layout, without what they import from elsewhere."""
    return [file for file in sources.load(tree).file if (tree / file.name).exists()]


def place(file: FileDescriptorProto) -> tuple[str, str]:
    """What tells a file in every layout: several files may be of one package."""
    return file.package, file.name.rpartition("/")[2]


@pytest.fixture(scope="module")
def ours() -> contract.Contract:
    """The contract of ``protos/``."""
    return contract.contract(own_files(PROTOS))


def theirs(release: str) -> contract.Contract:
    """The contract that the binary of a release carries, of the files that we have."""
    wanted = set(map(place, own_files(PROTOS)))
    return contract.contract(file for file in carried(BINARIES[release]) if place(file) in wanted)


def methods(wire: contract.Contract) -> list[str]:
    return [name for name in wire if "/" in name]


def changed(tree: Path, old: str, new: str) -> contract.Contract:
    """The contract of ``protos/`` with one change, put into ``tree``."""
    shutil.copytree(PROTOS, tree)
    found = 0
    for path in tree.rglob("*.proto"):
        text = path.read_text(encoding="utf-8")
        found += text.count(old)
        path.write_text(text.replace(old, new), encoding="utf-8")
    assert found == 1
    return contract.contract(own_files(tree))


# -- against servers ------------------------------------------------------------------------------


def test_the_locked_release_carries_exactly_our_contract(ours: contract.Contract) -> None:
    if not SAME:
        pytest.skip(f"no etcd {LOCKED[0]}.{LOCKED[1]} at hand (`make etcd` builds one with Go)")
    for release in SAME:
        assert theirs(release) == ours
        assert len(methods(ours)) == METHODS[LOCKED]


@pytest.mark.parametrize("release", OLDER)
def test_older_releases_carry_a_part_of_it(ours: contract.Contract, release: str) -> None:
    carried_there = theirs(release)
    assert carried_there.items() < ours.items()
    assert len(methods(carried_there)) == METHODS[minor(release)]


# -- the lock -------------------------------------------------------------------------------------


def test_the_lock_holds_the_contracts_fingerprint(ours: contract.Contract) -> None:
    locked = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    assert contract.fingerprint(ours) == locked["fingerprint"]
    contract.check_lock(LOCK, ours)


def test_a_changed_field_number_is_refused(tmp_path: Path) -> None:
    wire = changed(tmp_path / "protos", "int64 limit = 3;", "int64 limit = 33;")
    with pytest.raises(CodegenError) as refusal:
        contract.check_lock(tmp_path / "protos/LOCK.toml", wire)
    text = str(refusal.value)
    assert text.startswith(f"{tmp_path / 'protos'}: no longer the wire contract of etcd 3.7")
    assert f"its fingerprint is {contract.fingerprint(wire)}" in text
    assert "remedy: undo the change or, for a new release, write release and digest" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("int64 limit = 3;", "uint64 limit = 3;"),
        ("int64 limit = 3;", "repeated int64 limit = 3;"),
        ("int64 limit = 3;", "optional int64 limit = 3;"),
        ("int64 limit = 3;", "int64 maximum = 3;"),
        ("int64 limit = 3;", ""),
        ("DESCEND = 2;", "DESCEND = 3;"),
        ("returns (stream RangeStreamResponse)", "returns (RangeStreamResponse)"),
        ("rpc Put(PutRequest)", "rpc Put(stream PutRequest)"),
        ("rpc Put(PutRequest)", "rpc Put(CompactionRequest)"),
        ("oneof request_union {", "oneof request_arms {"),
        ("service Election {", "service Elections {"),
        ("message UnlockRequest {", "message UnlockRequest { message Inner {}"),
    ],
)
def test_the_fingerprint_covers_all_that_is_on_the_wire(
    ours: contract.Contract, tmp_path: Path, old: str, new: str
) -> None:
    wire = changed(tmp_path / "protos", old, new)
    assert contract.fingerprint(wire) != contract.fingerprint(ours)


def test_comments_and_options_do_not_change_the_fingerprint(
    ours: contract.Contract, tmp_path: Path
) -> None:
    wire = changed(tmp_path / "protos", "int64 limit = 3;", "int64 limit = 3 [deprecated = true];")
    assert wire == ours
    for path in (tmp_path / "protos").rglob("*.proto"):
        text = re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8"))
        path.write_text(re.sub(r"(package \w+;)", r'\1 option go_package = "x";', text))
    bare = own_files(tmp_path / "protos")
    locations = [location for file in bare for location in file.source_code_info.location]
    assert not any(location.leading_comments for location in locations)
    assert all(file.options.go_package == "x" for file in bare)
    assert contract.fingerprint(contract.contract(bare)) == contract.fingerprint(ours)


def test_the_order_of_definitions_does_not_change_the_fingerprint(ours: contract.Contract) -> None:
    backwards = dict(reversed(ours.items()))
    assert contract.fingerprint(backwards) == contract.fingerprint(ours)
