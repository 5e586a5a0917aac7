"""What the generator refuses: each message names the element and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.overlay import Overlay
from codegen.problems import CodegenError, Report
from tests.codegen import trees

FIND = "service Toys { rpc Find(FindRequest) returns (FindResponse); }\nmessage FindResponse {}\n"


def refusal(tree: Path, facts: Overlay, *, strict: bool = False) -> str:
    """Why the generator does not take a tree."""
    with pytest.raises(CodegenError) as caught:
        trees.package(tree, facts) if not strict else trees.read(tree, facts, Report(strict=True))
    return str(caught.value)


def refusal_of(folder: Path, body: str, tables: str = "") -> str:
    """Why the generator does not take a file with ``body``."""
    return refusal(trees.write(folder / "tree", trees.toys(body)), trees.overlay(folder, tables))


# -- docs -----------------------------------------------------------------------------------------


def test_every_undocumented_element_of_our_own_protos_is_listed_at_once(tmp_path: Path) -> None:
    body = """
        // Toys.
        service Toys {
          rpc Find(FindRequest) returns (FindResponse);
        }
        message FindRequest {
          string name = 1;
          Color color = 2;  // Behind it counts.
        }
        // Found.
        message FindResponse {}
        // Colours.
        enum Color { RED = 0; }
        """
    tree = trees.write(tmp_path / "tree", trees.toys(body))
    text = refusal(tree, trees.overlay(tmp_path), strict=True)
    told = [line.partition(":")[0] for line in text.splitlines() if "has no comment" in line]
    assert told == [
        "toys.Color.RED",
        "toys.FindRequest.name",
        "toys.FindRequest",
        "toys.Toys.Find",
    ]
    assert "remedy: write one above it in toys.proto" in text


def test_an_overlays_doc_stands_for_a_fields_comment(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{ string name = 1; }}"
    tree = trees.write(tmp_path / "tree", trees.toys(body))
    facts = trees.overlay(tmp_path, '[fields."toys.FindRequest"]\nname.doc = "Its name."')
    assert "toys.FindRequest.name" not in refusal(tree, facts, strict=True)
    assert trees.read(tree, facts).requests[0].parameters[0].doc == "Its name."


# -- names ----------------------------------------------------------------------------------------


def test_two_methods_of_one_name(tmp_path: Path) -> None:
    body = """
        service Toys { rpc Find(R) returns (R); rpc ToysFind(R) returns (R); }
        message R {}
        """
    text = refusal_of(tmp_path, body)
    assert "toys.Toys: name clash: method 'find' twice" in text
    assert "remedy: give one of them a `name` in overlay.toml" in text


def test_two_arguments_of_one_name(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{ string peerURL = 1; string peer_url = 2; }}"
    assert "toys.FindRequest: name clash: argument 'peer_url' twice" in refusal_of(tmp_path, body)


def test_an_argument_named_like_what_a_key_range_brings(tmp_path: Path) -> None:
    fields = "bytes key = 1; bytes range_end = 2; bool prefix = 3;"
    text = refusal_of(tmp_path, f"{FIND} message FindRequest {{ {fields} }}")
    assert "toys.FindRequest: name clash: argument 'prefix' twice" in text


@pytest.mark.parametrize(
    "name",
    [
        "self",
        "endpoint",
        "timeout",
        "request",
        "requests",
        "methods",
        "checks",
        "pb",
        "cast",
        "conditions",
    ],
)
def test_an_argument_named_like_what_the_code_around_it_uses(tmp_path: Path, name: str) -> None:
    text = refusal_of(tmp_path, f"{FIND} message FindRequest {{ string {name} = 1; }}")
    assert f"toys.FindRequest: name clash: argument '{name}' is reserved" in text
    assert "overlay.toml" in text


@pytest.mark.parametrize("name", ["build", "method"])
def test_an_option_named_like_what_builders_have(tmp_path: Path, name: str) -> None:
    text = refusal_of(tmp_path, f"{FIND} message FindRequest {{ string {name} = 1; }}")
    assert f"toys.FindRequest: name clash: builder option '{name}' is reserved" in text


def test_a_group_named_like_an_option(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{ string look = 1; string color = 2; }}"
    group = '[messages."toys.FindRequest".groups.look]\ndoc = "L."\nparameters = ["color"]'
    text = refusal_of(tmp_path, body, group)
    assert "toys.FindRequest: name clash: builder option 'look' twice" in text


def test_a_method_named_like_what_facades_have(tmp_path: Path) -> None:
    body = "service Toys { rpc Do(R) returns (R); } message R {}"
    assert "toys.Toys: name clash: method 'do' is reserved" in refusal_of(tmp_path, body)


def test_two_builders_of_one_name(tmp_path: Path) -> None:
    body = """
        service Toys { rpc Find(FindRequest) returns (R); rpc Seek(SeekRequest) returns (R); }
        message R {}
        message FindRequest { string name = 1; }
        message SeekRequest { string name = 1; }
        """
    tables = '[messages."toys.SeekRequest"]\nbuilder = "Find"'
    text = refusal_of(tmp_path, body, tables)
    assert "generated builders: name clash: class 'Find' twice" in text


def test_a_builder_named_like_an_enum(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{ Find find = 1; }} enum Find {{ ALL = 0; }}"
    text = refusal_of(tmp_path, body)
    assert "generated builders: name clash: class 'Find' twice" in text


@pytest.mark.parametrize("name", ["Compare", "Operand", "Builder", "Op", "Method"])
def test_a_builder_named_like_what_the_module_has(tmp_path: Path, name: str) -> None:
    body = f"{FIND} message FindRequest {{ string name = 1; }}"
    text = refusal_of(tmp_path, body, f'[messages."toys.FindRequest"]\nbuilder = "{name}"')
    assert f"generated builders: name clash: class '{name}' is reserved" in text


def test_a_builder_named_like_the_base_of_a_services_builders(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{ string name = 1; }}"
    text = refusal_of(tmp_path, body, '[messages."toys.FindRequest"]\nbuilder = "ToysOp"')
    assert "generated builders: name clash: class 'ToysOp' twice" in text


def test_two_requests_whose_functions_have_one_name(tmp_path: Path) -> None:
    body = """
        service Toys { rpc Find(A.BRequest) returns (R); rpc Seek(A_BRequest) returns (R); }
        message R {}
        message A { message BRequest {} }
        message A_BRequest {}
        """
    text = refusal_of(tmp_path, body)
    assert "generated requests: name clash: function 'a_b_request' twice" in text


def test_two_enums_of_one_name(tmp_path: Path) -> None:
    body = f"""
        {FIND}
        message FindRequest {{ Color color = 1; Car.Color car = 2; }}
        message Car {{ enum Color {{ BLUE = 0; }} }}
        enum Color {{ RED = 0; }}
        """
    text = refusal_of(tmp_path, body)
    assert "generated enums: name clash: class 'Color' twice" in text


def test_two_services_of_one_name(tmp_path: Path) -> None:
    other = (
        'syntax = "proto3"; package other; service Toys { rpc See(Q) returns (Q); } message Q {}'
    )
    files = trees.toys(f"{FIND} message FindRequest {{}}") | {"other.proto": other}
    tree = trees.write(tmp_path / "tree", files)
    text = refusal(tree, trees.overlay(tmp_path))
    assert "generated services: name clash: service 'toys' twice" in text


def test_a_service_named_like_the_transport(tmp_path: Path) -> None:
    body = "service Transport { rpc Find(R) returns (R); } message R {}"
    text = refusal_of(tmp_path, body)
    assert "generated services: name clash: service 'transport' is reserved" in text


def test_two_messages_of_one_name_in_two_packages(tmp_path: Path) -> None:
    other = 'syntax = "proto3"; package other; service O { rpc See(Q) returns (FindResponse); }'
    other += "message Q {} message FindResponse {}"
    files = trees.toys(f"{FIND} message FindRequest {{}}") | {"other.proto": other}
    tree = trees.write(tmp_path / "tree", files)
    text = refusal(tree, trees.overlay(tmp_path))
    assert "pb: name clash: message 'FindResponse' twice" in text


def test_two_files_of_one_name(tmp_path: Path) -> None:
    other = 'syntax = "proto3"; package other; service O { rpc See(Q) returns (Q); } message Q {}'
    files = trees.toys(f"{FIND} message FindRequest {{}}") | {"deep/toys.proto": other}
    tree = trees.write(tmp_path / "tree", files)
    assert "pb: name clash: module 'toys_pb2' twice" in refusal(tree, trees.overlay(tmp_path))


def test_two_errors_of_one_text(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{}}"
    error = '[[errors]]\nname = "{}"\ntext = "toys: lost"\ncode = "UNKNOWN"\ndoc = "Lost."\n'
    text = refusal_of(tmp_path, body, error.format("LostError") + error.format("GoneError"))
    assert "overlay: errors: name clash: text 'toys: lost' twice" in text


# -- sources --------------------------------------------------------------------------------------


def test_a_tree_without_services(tmp_path: Path) -> None:
    text = refusal_of(tmp_path, "message R {}")
    assert f"{tmp_path / 'tree'}: holds no .proto file that defines a service" in text
    assert "remedy: name a tree of etcd protos" in text


def test_an_unresolved_import(tmp_path: Path) -> None:
    tree = trees.write(tmp_path / "tree", trees.toys('import "gone/lost.proto";\n' + FIND))
    text = refusal(tree, trees.overlay(tmp_path))
    assert text.startswith(f"gone/lost.proto: unresolved import in {tree / 'toys.proto'}")
    assert "remedy: add the file to the tree" in text
    assert "codegen/option_stubs/" in text


def test_an_import_that_fits_two_files(tmp_path: Path) -> None:
    shared = 'syntax = "proto3"; package shared; message Name {}'
    files = trees.toys('import "etcd/shared/name.proto";\n' + FIND)
    files |= {"3.6/shared/name.proto": shared, "3.7/shared/name.proto": shared}
    tree = trees.write(tmp_path / "tree", files)
    text = refusal(tree, trees.overlay(tmp_path))
    assert text.startswith(f"etcd/shared/name.proto: import in {tree / 'toys.proto'} fits ")
    assert str(tree / "3.6/shared/name.proto") in text
    assert str(tree / "3.7/shared/name.proto") in text
    assert "remedy: name a tree that holds one release of etcd, once" in text


def test_a_file_imported_by_two_names(tmp_path: Path) -> None:
    files = {
        "a/one.proto": 'syntax = "proto3"; package a; import "x/shared/name.proto"; service A {}',
        "a/two.proto": 'syntax = "proto3"; package b; import "y/shared/name.proto"; service B {}',
        "shared/name.proto": 'syntax = "proto3"; package shared; message Name {}',
    }
    tree = trees.write(tmp_path / "tree", files)
    text = refusal(tree, trees.overlay(tmp_path))
    assert "shared/name.proto: is imported by" in text
    assert "remedy: import a file by one name only" in text


def test_a_service_that_two_files_define(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{}}"
    files = {f"{folder}/toys.proto": trees.toys(body)["toys.proto"] for folder in ("a", "b")}
    tree = trees.write(tmp_path / "tree", files)
    text = refusal(tree, trees.overlay(tmp_path))
    assert text.startswith("toys.Toys: is defined by ")
    assert str(tree / "a/toys.proto") in text
    assert str(tree / "b/toys.proto") in text
    assert "remedy: name a tree that holds one release of etcd, once" in text


def test_a_message_that_two_files_define(tmp_path: Path) -> None:
    files = trees.toys(f"{FIND} message FindRequest {{}}")
    files["b.proto"] = (
        'syntax = "proto3"; package toys;'
        "service B { rpc Find(FindRequest) returns (FindRequest); } message FindRequest {}"
    )
    tree = trees.write(tmp_path / "tree", files)
    text = refusal(tree, trees.overlay(tmp_path))
    assert text.startswith("toys.FindRequest: ")
    assert f"{tree / 'toys.proto'}:" in text
    assert f"remedy: define it in one file only; {tree / 'b.proto'} has it already" in text


@pytest.mark.parametrize(
    "body",
    [
        f"{FIND} message FindRequest {{ string name 1; }}",
        f"{FIND} message FindRequest {{ Gone g=1; }}",
    ],
    ids=["syntax", "type"],
)
def test_what_protoc_refuses_names_the_real_file(tmp_path: Path, body: str) -> None:
    tree = trees.write(tmp_path / "tree", {"deep/toys.proto": trees.toys(body)["toys.proto"]})
    text = refusal(tree, trees.overlay(tmp_path))
    assert f"{tree / 'deep/toys.proto'}:5:" in text
    assert "remedy: mend the proto file at the line named" in text


def test_an_imported_file_that_protoc_refuses_is_named_by_its_real_path(tmp_path: Path) -> None:
    files = trees.toys(f'import "etcd/shared/name.proto";\n{FIND} message FindRequest {{}}')
    files["shared/name.proto"] = 'syntax = "proto3";\npackage shared;\nmessage Name {'
    tree = trees.write(tmp_path / "tree", files)
    text = refusal(tree, trees.overlay(tmp_path))
    assert f"{tree / 'shared/name.proto'}:3:" in text


# -- shapes ---------------------------------------------------------------------------------------


def test_a_call_that_streams_requests_only(tmp_path: Path) -> None:
    body = "service Toys { rpc Collect(stream R) returns (R); } message R {}"
    text = refusal_of(tmp_path, body)
    assert text.startswith("toys.Toys.Collect: streams requests only")
    assert "remedy: teach the Transport protocols" in text


@pytest.mark.parametrize(
    "type_",
    ["map<string, int64>", "map<string, Name>", "double", "sint64"],
)
def test_a_request_field_of_a_type_without_a_python_form(tmp_path: Path, type_: str) -> None:
    body = f"{FIND} message Name {{}} message FindRequest {{ {type_} tags = 1; }}"
    text = refusal_of(tmp_path, body)
    shown = type_.replace("Name", "toys.Name")
    assert text.startswith("toys.FindRequest.tags: ")
    assert f"a request field of type {shown} has no Python form yet" in text
    assert "remedy: teach codegen/arguments.py" in text


def test_a_group_field(tmp_path: Path) -> None:
    body = """syntax = "proto2"; package toys;
        service Toys { rpc Find(R) returns (R); }
        message R { optional group Old = 1 { optional string name = 1; } }
        """
    tree = trees.write(tmp_path / "tree", {"toys.proto": body})
    text = refusal(tree, trees.overlay(tmp_path))
    assert text.startswith("toys.R.old: is a group")
    assert "remedy: " in text


# -- facts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "element", "problem"),
    [
        (
            '[methods."toys.Toys".Find]\nraises = ["LostEror"]',
            'methods."toys.Toys.Find".raises',
            "'LostEror' is no error of the [[errors]] table",
        ),
        (
            '[methods."toys.Toys".Find]\nretry = "reed"',
            'methods."toys.Toys.Find".retry',
            "'reed' is no retry class",
        ),
        (
            '[messages."toys.FindRequest"]\npositional = ["nmae"]',
            'messages."toys.FindRequest".positional',
            "'nmae' is no field of the message",
        ),
        (
            '[fields."toys.FindRequest"]\nname.flatten = true',
            'fields."toys.FindRequest.name".flatten',
            "is no message",
        ),
    ],
    ids=["raises", "retry", "positional", "flatten"],
)
def test_an_overlay_fact_that_can_not_be(
    tmp_path: Path, tables: str, element: str, problem: str
) -> None:
    body = f"{FIND} message FindRequest {{ string name = 1; }}"
    text = refusal_of(tmp_path, body, tables)
    assert text.startswith(f"overlay: {element}: ")
    assert problem in text
    assert "remedy: " in text


def test_an_error_after_which_a_write_is_in_doubt_and_may_be_sent_again(tmp_path: Path) -> None:
    error = '[[errors]]\nname = "LostError"\ntext = "lost"\ncode = "UNKNOWN"\ndoc = "Lost."\n'
    with pytest.raises(CodegenError) as caught:
        trees.overlay(tmp_path, f"{error}in_doubt = true\nresend = true")
    text = str(caught.value)
    assert text.startswith("overlay: errors: LostError: is both `in_doubt` and `resend`")
    assert "remedy: a write that may have been applied must not be sent again" in text


def test_an_unknown_positional_shows_what_could_be_meant(tmp_path: Path) -> None:
    body = f"{FIND} message FindRequest {{ bytes key = 1; bytes range_end = 2; Inner in = 3; }}"
    body += "message Inner { string name = 1; }"
    tables = '[messages."toys.FindRequest"]\npositional = ["nam"]\n'
    tables += '[fields."toys.FindRequest"]\nin.flatten = true'
    assert "remedy: name one of key, in.name" in refusal_of(tmp_path, body, tables)
