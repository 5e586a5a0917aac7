"""Shapes that etcd's protos do not have today, and that must not stop a generator of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.codegen import trees

SHAPES = """
    import "google/protobuf/timestamp.proto";
    import "old-toys.proto";

    service Toys {
      rpc Find(Find.Request) returns (Found);
      rpc Pack(PackRequest) returns (Found);
      rpc Send(SendRequest) returns (Found);
      rpc Drop(DropRequest) returns (Found);
      rpc Tidy(Nothing) returns (oldtoys.Nothing2);
    }
    message Find {
      message Request { string from = 1; optional int64 size = 2; Find.Request deeper = 3; }
    }
    message Found {
      map<string, int64> counts = 1;
      google.protobuf.Timestamp when = 2;
    }
    message PackRequest { repeated Packed packed = 1; repeated Job jobs = 2; }
    // Its arms are no requests of a call, so nothing makes them but their own classes.
    message Packed { oneof what { Ball ball = 1; Doll doll = 2; } }
    message Ball { int64 size = 1; }
    message Doll { string name = 1; }
    // Its arms are requests.
    message Job { oneof what { SendRequest send = 1; DropRequest drop = 2; } }
    message SendRequest { string where = 1; }
    message DropRequest { string where = 1; google.protobuf.Timestamp at = 2; }
    message Nothing {}
    """
OLD = 'syntax = "proto3"; package oldtoys; message Nothing2 {}'


@pytest.fixture(scope="module")
def source_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with all of these shapes."""
    folder = tmp_path_factory.mktemp("shapes")
    tree = trees.write(folder / "tree", {**trees.toys(SHAPES), "old-toys.proto": OLD})
    made = trees.package(tree, trees.overlay(folder))
    return trees.write(folder / "out", {str(path): text for path, text in made.items()})


def shown(source_root: Path, expression: str) -> str:
    imports = "from etcd_sdk_api import checks, ops, pb, requests\n"
    return trees.python(source_root, f"{imports}print({expression})").strip()


def test_they_satisfy_a_strict_type_checker(source_root: Path) -> None:
    usage = """
        from typing import assert_type

        from etcd_sdk_api import ops, pb

        def use(found: pb.Found) -> None:
            assert_type(found.counts["ball"], int)
            assert_type(found.when.seconds, int)
            ops.Pack().packed(pb.Packed(ball=pb.Ball(size=1))).jobs(ops.Send().where("attic"))
            ops.Pack().packed(ops.Send())  # type: ignore[arg-type]
        """
    trees.write(source_root, {"usage.py": dedent(usage)})
    verdict = trees.mypy(source_root, "usage.py", "etcd_sdk_api")
    assert verdict.startswith("Success"), verdict


def test_a_map_of_a_response_is_a_map(source_root: Path) -> None:
    assert shown(source_root, "pb.Found(counts={'ball': 2}).counts['ball']") == "2"


def test_a_well_known_type_is_in_the_private_pool_too(source_root: Path) -> None:
    expression = "pb.Found(when=pb.Timestamp(seconds=7)).when.ToSeconds()"
    assert shown(source_root, expression) == "7"


def test_a_nested_request_has_a_builder(source_root: Path) -> None:
    assert shown(source_root, "ops.Find().build() == pb.Find.Request()") == "True"


def test_a_field_named_by_a_keyword_is_an_option(source_root: Path) -> None:
    expression = "getattr(requests.find_request(from_='attic'), 'from')"
    assert shown(source_root, expression) == "attic"


def test_an_optional_field_set_to_its_default_is_sent(source_root: Path) -> None:
    expression = "[requests.find_request(size=s).HasField('size') for s in (None, 0, 1)]"
    assert shown(source_root, expression) == "[False, True, True]"


def test_a_union_of_messages_that_no_call_takes_is_given_as_messages(source_root: Path) -> None:
    expression = (
        "requests.pack_request(packed=[pb.Packed(ball=pb.Ball(size=3))]).packed[0].ball.size"
    )
    assert shown(source_root, expression) == "3"


def test_a_union_of_requests_is_given_as_builders(source_root: Path) -> None:
    expression = (
        "[job.WhichOneof('what') for job in"
        " requests.pack_request(jobs=[ops.Drop().where('a'), ops.Send()]).jobs]"
    )
    assert shown(source_root, expression) == "['drop', 'send']"
