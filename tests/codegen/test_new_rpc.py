"""A made-up RPC in a copy of our protos appears everywhere, without any other edit."""

from __future__ import annotations

import inspect
import json
import re
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from tests.codegen import trees

RPCS = """\
service KV {
  // Frobnicates keys. See `KV.Range` about `range_end`, and `Mood` for the ways to do it.
  rpc Frobnicate(FrobnicateRequest) returns (FrobnicateResponse);

  // Frobnicates keys, and tells of each.
  rpc FrobnicateStream(FrobnicateRequest) returns (stream FrobnicateResponse);
"""
MESSAGES = """
// How to frobnicate.
message FrobnicateRequest {
  // A way to frobnicate.
  enum Mood {
    CALM = 0;  // Without haste.
    WILD = 1;  // At once.
  }
  // The first key, or the only one.
  bytes key = 1;
  // The end of the range.
  bytes range_end = 2;
  // How to go about it.
  Mood mood = 3;
  // How far to go.
  oneof reach {
    // So many steps. 0 stays at home.
    int64 maxSteps = 4;
    // As far as a landmark.
    string landmark = 5;
  }
  // Who else may look.
  repeated string witnesses = 6;
  // What goes along.
  bytes payload = 7;
  // The revision to frobnicate at.
  int64 revision = 8 [(versionpb.etcd_version_field)="3.9"];
}

// What was frobnicated.
message FrobnicateResponse {
  // The usual header.
  ResponseHeader header = 1;
  // How many keys it hit.
  int64 hits = 2;
}
"""


@pytest.fixture(scope="module")
def source_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our protos with the new RPC, sent through the command line."""
    folder = tmp_path_factory.mktemp("new-rpc")
    shutil.copytree(trees.ROOT / "protos", folder / "protos")
    path = folder / "protos/etcd/api/etcdserverpb/rpc.proto"
    text = path.read_text(encoding="utf-8")
    assert text.count("service KV {\n") == 1
    path.write_text(text.replace("service KV {\n", RPCS) + MESSAGES, encoding="utf-8")
    run = trees.codegen("generate", "--protos", folder / "protos", "--out", folder / "out")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    return folder / "out"


def evaluated(source_root: Path, expression: str) -> object:
    """The JSON value of an expression over the generated package."""
    imports = """
        import inspect, json
        from etcd_sdk_api import enums, errors, methods, ops, pb, requests
        from etcd_sdk_api._async import AsyncKVApi
        from etcd_sdk_api._sync import KVApi
        FLAVOURS = {"async": AsyncKVApi, "sync": KVApi}
        def refused(call):
            try:
                call()
            except errors.ArgumentError as error:
                return [type(error).__name__, error.argument]
        """
    return json.loads(
        trees.python(source_root, dedent(imports) + f"print(json.dumps({expression}))")
    )


def test_it_is_in_the_package_that_was_made_and_not_in_ours(source_root: Path) -> None:
    place = trees.python(source_root, "import etcd_sdk_api; print(etcd_sdk_api.__file__)")
    assert Path(place.strip()).is_relative_to(source_root)
    api = (trees.ROOT / "generated/api.json").read_text(encoding="utf-8")
    assert "Frobnicate" not in api


def test_its_constants_carry_the_wire_facts(source_root: Path) -> None:
    expression = "[[m.path, m.name, m.kind, m.read] for m in methods.ALL if 'Frob' in m.path]"
    assert evaluated(source_root, expression) == [
        ["/etcdserverpb.KV/Frobnicate", "KV.Frobnicate", "unary", False],
        ["/etcdserverpb.KV/FrobnicateStream", "KV.FrobnicateStream", "server_stream", False],
    ]


def test_its_field_that_servers_may_be_too_old_for_is_told(source_root: Path) -> None:
    expression = "[[dict(m.newer_fields), m.newer] for m in methods.ALL if 'Frob' in m.path]"
    assert evaluated(source_root, expression) == [[{"revision": "3.9"}, True]] * 2


@pytest.mark.parametrize("name", ["frobnicate", "frobnicate_stream"])
def test_both_flavours_have_it_with_equal_signatures(source_root: Path, name: str) -> None:
    signatures = evaluated(
        source_root,
        f"{{name: str(inspect.signature(api.{name})) for name, api in FLAVOURS.items()}}",
    )
    assert isinstance(signatures, dict)
    assert signatures["async"].replace("Async", "") == signatures["sync"]
    parameters = re.findall(r"(?<![.\w])(\w+): ", signatures["sync"])
    key_range = ["key", "prefix", "from_key", "range_end"]
    own = ["mood", "max_steps", "landmark", "witnesses", "payload", "revision"]
    assert parameters == [*key_range, *own, "timeout"]


def test_its_sync_docstring_is_made_of_the_comments(source_root: Path) -> None:
    doc = evaluated(source_root, "inspect.getdoc(KVApi.frobnicate)")
    assert isinstance(doc, str)
    assert doc == inspect.cleandoc(doc)
    assert doc.startswith("Frobnicates keys.\n\nSee ``kv.get`` about ``range_end``, and ``Mood``")
    assert "\n    max_steps: So many steps. 0 stays at home.\n" in doc
    assert "\n    revision: The revision to frobnicate at. (etcd 3.9+)\n" in doc
    assert "\n    prefix: Take every key that starts with ``key``" in doc
    assert "\nReturns:\n    The response: What was frobnicated.\n" in doc
    assert "\nRaises:\n    ArgumentError: " in doc
    assert evaluated(source_root, "inspect.getdoc(AsyncKVApi.frobnicate)") == doc


def test_types_hold_for_a_strict_checker(source_root: Path) -> None:
    snippet = """
        from typing import assert_type

        from etcd_sdk_api import enums, pb
        from etcd_sdk_api._async import AsyncKVApi, AsyncResponses
        from etcd_sdk_api._sync import KVApi, Responses
        from etcd_sdk_api.ops import Frobnicate

        def use(kv: KVApi) -> None:
            answer = kv.frobnicate("a", prefix=True, mood=enums.Mood.WILD, witnesses=["x"])
            assert_type(answer, pb.FrobnicateResponse)
            assert_type(answer.header, pb.ResponseHeader)
            assert_type(answer.hits, int)
            assert_type(kv.frobnicate_stream(key=b"a"), Responses[pb.FrobnicateResponse])
            assert_type(kv.do(Frobnicate("a").max_steps(0)), pb.FrobnicateResponse)
            kv.frobnicate("a", mood=2)  # type: ignore[arg-type]
            kv.frobnicate("a", max_steps="far")  # type: ignore[arg-type]
            kv.frobnicate("a", steps=1)  # type: ignore[call-arg]
            Frobnicate("a").mood("WILD")  # type: ignore[arg-type]

        async def use_async(kv: AsyncKVApi) -> None:
            assert_type(await kv.frobnicate("a", landmark="hill"), pb.FrobnicateResponse)
            assert_type(kv.frobnicate_stream(key="a"), AsyncResponses[pb.FrobnicateResponse])
            assert_type(await kv.do(Frobnicate("a")), pb.FrobnicateResponse)
        """
    trees.write(source_root, {"usage.py": dedent(snippet)})
    verdict = trees.mypy(source_root, "usage.py", "etcd_sdk_api")
    assert verdict.startswith("Success"), verdict


def test_its_builder_is_taken_by_do_and_makes_the_same_request(source_root: Path) -> None:
    expression = """(
        isinstance(ops.Frobnicate("a"), ops.KVOp),
        ops.Frobnicate.method is methods.KV_FROBNICATE,
        ops.Frobnicate("a").prefix().mood(enums.Mood.WILD).landmark("hill")
            .witnesses("x", "y").payload("p").revision(7).build()
        == pb.FrobnicateRequest(key=b"a", range_end=b"b", mood="WILD", landmark="hill",
            witnesses=["x", "y"], payload=b"p", revision=7)
        == requests.frobnicate_request("a", prefix=True, mood=1, landmark="hill",
            witnesses=["x", "y"], payload=b"p", revision=7),
    )"""
    assert evaluated(source_root, expression) == [True, True, True]


def test_the_key_range_follows_the_rule(source_root: Path) -> None:
    expression = """[
        list(requests.frobnicate_request("a", **arguments).range_end)
        for arguments in ({"prefix": True}, {"from_key": True}, {"range_end": "q"}, {})
    ]"""
    assert evaluated(source_root, expression) == [list(b"b"), list(b"\0"), list(b"q"), []]


def test_an_arm_set_to_its_default_is_sent(source_root: Path) -> None:
    expression = """[
        requests.frobnicate_request("a", **arguments).WhichOneof("reach")
        for arguments in ({"max_steps": 0}, {"landmark": ""}, {})
    ]"""
    assert evaluated(source_root, expression) == ["maxSteps", "landmark", None]


def test_what_is_default_otherwise_is_not_sent(source_root: Path) -> None:
    expression = (
        "requests.frobnicate_request('a', mood=0, witnesses=[], payload=b'', revision=0)"
        " == pb.FrobnicateRequest(key=b'a')"
    )
    assert evaluated(source_root, expression) is True


def test_bad_arguments_are_refused_by_name(source_root: Path) -> None:
    refusals = {
        "'a', max_steps=0, landmark=''": ("ArgumentValueError", "max_steps, landmark"),
        "'a', mood=9": ("ArgumentValueError", "mood"),
        "'a', revision=-1": ("ArgumentValueError", "revision"),
        "'a', prefix=True, from_key=True": ("ArgumentValueError", "prefix, from_key, range_end"),
        "''": ("ArgumentValueError", "key"),
        "1": ("ArgumentTypeError", "key"),
        "'a', witnesses='xy'": ("ArgumentTypeError", "witnesses"),
        "'a', landmark=b'hill'": ("ArgumentTypeError", "landmark"),
    }
    calls = (f"refused(lambda: requests.frobnicate_request({given}))" for given in refusals)
    found = evaluated(source_root, f"[{', '.join(calls)}]")
    assert found == [list(refusal) for refusal in refusals.values()]
