"""Which releases know a call, and which of its fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen import model, wire
from tests.codegen import trees

AGES = """
import "etcd/api/versionpb/version.proto";
service Toys {
  rpc Find(FindRequest) returns (Found);
  rpc FindStream(FindRequest) returns (stream Found);
  rpc Follow(stream FindRequest) returns (stream Found);
  rpc Pack(PackRequest) returns (Found);
  rpc Tidy(TidyRequest) returns (Found);
  rpc Drop(DropRequest) returns (Found);
}
message FindRequest {
  string name = 1;
  int64 size = 2 [(versionpb.etcd_version_field)="3.4"];
  int64 age = 3 [(versionpb.etcd_version_field)="3.5"];
  int64 noise = 4 [(versionpb.etcd_version_field)="3.10"];
}
message PackRequest {
  option (versionpb.etcd_version_msg) = "3.9";
  string box = 1;
  bool tight = 2 [(versionpb.etcd_version_field)="3.5"];
  bool neat = 3 [(versionpb.etcd_version_field)="3.10"];
}
message TidyRequest { string room = 1 [(versionpb.etcd_version_field)="3.4"]; }
message DropRequest {
  option (versionpb.etcd_version_msg) = "3.10";
  string name = 1;
}
message Found { bytes name = 1 [(versionpb.etcd_version_field)="3.6"]; }
"""


def methods(folder: Path, tables: str = "") -> dict[str, model.Method]:
    """The calls of the tree, by their names."""
    tree = trees.write(folder / "tree", trees.toys(AGES))
    for source in trees.ROOT.glob("protos/**/version.proto"):
        trees.write(tree, {f"versionpb/{source.name}": source.read_text(encoding="utf-8")})
    api = trees.read(tree, trees.overlay(folder, tables))
    return {method.name: method for method in api.services[0].methods}


def test_a_field_newer_than_its_call_and_than_every_server_is_told(tmp_path: Path) -> None:
    found = methods(tmp_path)
    fields = {name: method.newer_fields for name, method in found.items()}
    assert fields == {
        "find": (("age", "3.5"), ("noise", "3.10")),
        "find_stream": (("age", "3.5"), ("noise", "3.10")),
        "follow": (),
        "pack": (("neat", "3.10"),),
        "tidy": (),
        "drop": (),
    }
    newer = [name for name, method in found.items() if method.newer]
    assert newer == ["find", "find_stream", "pack", "drop"]


def test_a_field_that_an_old_server_may_ignore_is_not(tmp_path: Path) -> None:
    ignorable = "age.ignorable = true\nnoise.ignorable = true"
    found = methods(tmp_path, f'[fields."toys.FindRequest"]\n{ignorable}')
    assert (found["find"].newer_fields, found["find"].newer) == ((), False)


def test_the_overlays_word_about_a_calls_age_counts(tmp_path: Path) -> None:
    found = methods(tmp_path, '[methods."toys.Toys".Drop]\nsince = "3.2"')
    assert (found["drop"].since, found["drop"].newer) == ("3.2", True)
    assert found["drop"].newer_fields == (("name", "3.10"),)


@pytest.mark.parametrize(
    ("releases", "latest"),
    [(("3.9", "3.10"), "3.10"), (("", "3.4"), "3.4"), (("3.0", ""), ""), (("", ""), "")],
)
def test_releases_compare_as_numbers(releases: tuple[str, str], latest: str) -> None:
    assert wire.later(*releases) == wire.later(*reversed(releases)) == latest
