"""Trees of any layout to one descriptor set."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from codegen import sources
from codegen.problems import CodegenError
from tests.codegen import trees

NAME = 'syntax = "proto3"; package shared; message Name {}'
USER = 'syntax = "proto3"; package toys; import "etcd/api/shared/name.proto"; service Toys {}'


def compiled(tree: Path, ignored: Iterable[str] = ()) -> list[str]:
    return [file.name for file in sources.load(tree, list(ignored)).file]


def test_an_import_is_resolved_by_the_tail_of_its_path(tmp_path: Path) -> None:
    trees.write(tmp_path, {"shared/name.proto": NAME, "toys/toys.proto": USER})
    assert compiled(tmp_path) == ["etcd/api/shared/name.proto", "toys/toys.proto"]


def test_either_kind_of_quotes_will_do(tmp_path: Path) -> None:
    user = USER.replace('"', "'")
    trees.write(tmp_path, {"shared/name.proto": NAME, "toys/toys.proto": user})
    assert compiled(tmp_path) == ["etcd/api/shared/name.proto", "toys/toys.proto"]


def test_the_longest_tail_wins(tmp_path: Path) -> None:
    decoy = NAME.replace("Name", "Decoy")
    files = {"api/shared/name.proto": NAME, "old/shared/name.proto": decoy, "toys.proto": USER}
    found = sources.load(trees.write(tmp_path, files)).file[0]
    assert (found.name, found.message_type[0].name) == ("etcd/api/shared/name.proto", "Name")


def test_one_shared_part_of_a_path_is_not_enough(tmp_path: Path) -> None:
    trees.write(tmp_path, {"other/name.proto": NAME, "toys.proto": USER})
    with pytest.raises(CodegenError, match="unresolved import"):
        sources.load(tmp_path)


def test_what_no_service_needs_is_left_out(tmp_path: Path) -> None:
    internal = 'syntax = "proto3"; package toys; import "gone.proto"; message Name {}'
    trees.write(tmp_path, {"toys.proto": trees.toys("service T {}")["toys.proto"]})
    trees.write(tmp_path, {"raft_internal.proto": internal})
    assert compiled(tmp_path) == ["toys.proto"]


def test_services_of_ignored_packages_are_left_out(tmp_path: Path) -> None:
    harness = 'syntax = "proto3"; package rpcpb; import "gone.proto"; service Tester {}'
    files = {"rpc.proto": harness, **trees.toys("service T {}")}
    assert compiled(trees.write(tmp_path, files), ["rpcpb"]) == ["toys.proto"]


def test_options_of_others_need_no_file_in_the_tree(tmp_path: Path) -> None:
    body = """
        import "gogoproto/gogo.proto";
        import "google/api/annotations.proto";
        import "protoc-gen-openapiv2/options/annotations.proto";
        option (gogoproto.marshaler_all) = true;
        service Toys {
          rpc Find(R) returns (R) {
            option (google.api.http) = {
              post: "/v3/find"
              body: "*"
              additional_bindings { post: "/v3/toys/find" body: "*" }
            };
          }
        }
        message R {};
        """
    trees.write(tmp_path, trees.toys(body))
    assert "toys.proto" in compiled(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '// service Toys {\nsyntax = "proto3"; message R {}',
        '/* service Toys {\n */ syntax = "proto3"; message R {}',
        'syntax = "proto3";\nmessage R { string service = 1; }',
        'syntax = "proto3";\noption java_package = "/*";\nmessage R { /* service T {} */ }',
    ],
)
def test_what_only_reads_like_a_service_is_none(tmp_path: Path, text: str) -> None:
    trees.write(tmp_path, {"toys.proto": text})
    with pytest.raises(CodegenError, match=r"no \.proto file that defines a service"):
        sources.load(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        'syntax = "proto3"; package toys; service Toys {}',
        'syntax = "proto3";\npackage\n  toys  ;\nservice\n  Toys\n{}',
        'syntax = "proto3"; /* a */ package /* b */ toys; // "c"\n/* d */ service Toys {}',
        'syntax = "proto3"; package toys; message R {} service Toys {}',
        'syntax = "proto3"; package toys; option java_package = "http://x"; service Toys {}',
    ],
)
def test_a_service_is_found_however_it_is_laid_out(tmp_path: Path, text: str) -> None:
    trees.write(tmp_path, {"toys.proto": text})
    [file] = sources.load(tmp_path).file
    assert (file.package, [service.name for service in file.service]) == ("toys", ["Toys"])


def test_a_linked_tree_is_followed_once(tmp_path: Path) -> None:
    trees.write(tmp_path / "module", {"shared/name.proto": NAME, "toys.proto": USER})
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "api").symlink_to(tmp_path / "module")
    (tmp_path / "module/etcd").symlink_to(tmp_path / "module")
    assert compiled(tree) == ["etcd/api/shared/name.proto", "api/toys.proto"]


def test_comments_come_along(tmp_path: Path) -> None:
    trees.write(tmp_path, trees.toys("// Toys to play with.\nservice Toys {}"))
    [file] = sources.load(tmp_path).file
    comments = [location.leading_comments for location in file.source_code_info.location]
    assert " Toys to play with.\n" in comments
