"""The overlay is checked as it is read, and every entry must name something."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.overlay import (
    OVERLAY,
    FieldFacts,
    GroupFacts,
    MessageFacts,
    MethodFacts,
    Overlay,
)
from codegen.problems import CodegenError, Report
from tests.codegen import trees

TREE = trees.toys(
    """
    service Toys { rpc Find(FindRequest) returns (FindResponse); }
    message FindRequest { string name = 1; Color color = 2; }
    message FindResponse {}
    enum Color { RED = 0; }
    """
)


def test_an_overlay_without_entries_is_enough(tmp_path: Path) -> None:
    facts = trees.overlay(tmp_path)
    assert facts.errors == ()
    assert facts.methods.get("toys.Toys.Find") == MethodFacts()


def test_entries_go_by_full_name(tmp_path: Path) -> None:
    facts = trees.overlay(
        tmp_path,
        """
        [methods."toys.Toys".Find]
        name = "seek"
        raises = ["LostError"]
        [messages."toys.FindRequest"]
        positional = ["name"]
        groups.look = { parameters = ["color"], doc = "How it looks." }
        [fields."toys.FindRequest"]
        name.secret = true
        """,
    )
    method = MethodFacts(name="seek", raises=("LostError",))
    assert facts.methods.get("toys.Toys.Find") == method
    groups = {"look": GroupFacts(("color",), "How it looks.")}
    message = MessageFacts(positional=("name",), groups=groups)
    assert facts.messages.get("toys.FindRequest") == message
    assert facts.fields.get("toys.FindRequest.name") == FieldFacts(secret=True)


@pytest.mark.parametrize(
    ("tables", "element", "known"),
    [
        ('[methods."toys.Toys".Find]\nnam = "x"', "methods.toys.Toys.Find: nam", "raises, retry"),
        ('[messages."toys.R"]\npos = []', "messages.toys.R: pos", "builder, groups, positional"),
        ('[messages."toys.R".groups.g]\nx = 1', "messages.toys.R.groups.g: x", "doc, parameters"),
        (
            '[fields."toys.R"]\na.secert = true',
            "fields.toys.R.a: secert",
            "hidden, ignorable, name, secret",
        ),
        ('[enums."toys.E"]\ntitle = "E"', "enums.toys.E: title", "doc, name"),
        ('[wrappers."toys.W"]\nnmae = "W"', "wrappers.toys.W: nmae", "doc, name"),
        ('[[errors]]\nname = "XError"\nsays = "x"', "errors: says", "in_doubt, name"),
        ("timeot = ''", "docs: timeot", "timeout, timeout_blocking"),
        ("[method]", "method", "no such table"),
    ],
)
def test_an_unknown_key_is_refused_with_the_known_ones(
    tmp_path: Path, tables: str, element: str, known: str
) -> None:
    with pytest.raises(CodegenError) as refusal:
        trees.overlay(tmp_path, tables)
    text = str(refusal.value)
    assert text.startswith(f"overlay: {element}: unknown overlay key")
    assert known in text
    assert "remedy: mend the spelling in overlay.toml" in text


@pytest.mark.parametrize(
    ("tables", "element"),
    [
        ('[[errors]]\nname = "XError"\ncode = "UNKNOWN"\ndoc = "X."', "errors: text"),
        ('[enums."toys.E"]\ndoc = "E."', "enums.toys.E: name"),
        ('[messages."toys.R".groups.g]\ndoc = "x"', "messages.toys.R.groups.g: parameters"),
    ],
)
def test_a_missing_key_is_named(tmp_path: Path, tables: str, element: str) -> None:
    with pytest.raises(CodegenError) as refusal:
        trees.overlay(tmp_path, tables)
    assert str(refusal.value).startswith(f"overlay: {element}: is missing")
    assert "remedy: write it" in str(refusal.value)


def test_a_missing_doc_is_named(tmp_path: Path) -> None:
    path = tmp_path / "overlay.toml"
    path.write_text('ignored_packages = []\ncomparison = ""\n[docs]\nprefix = "P."\n')
    with pytest.raises(CodegenError, match=r"overlay: docs: from_key: is missing"):
        Overlay(path)


UNUSED = {
    '[methods."toys.Toys".Seek]\nname = "seek"': 'methods."toys.Toys.Seek"',
    '[messages."toys.SeekRequest"]\nbuilder = false': 'messages."toys.SeekRequest"',
    '[messages."toys.FindResponse"]\nbuilder = false': 'messages."toys.FindResponse"',
    '[fields."toys.FindRequest"]\nshape.secret = true': 'fields."toys.FindRequest.shape"',
    '[enums."toys.Shape"]\nname = "Shape"': 'enums."toys.Shape"',
    '[wrappers."toys.Op"]\nname = "Op"': 'wrappers."toys.Op"',
    '[wrappers."toys.FindRequest"]\nname = "Op"': 'wrappers."toys.FindRequest"',
    '[messages."toys.FindRequest".groups.look]\ndoc = "L."\nparameters = ["color", "size"]': (
        'messages."toys.FindRequest".groups.look: size'
    ),
}


@pytest.mark.parametrize(("tables", "entry"), UNUSED.items(), ids=UNUSED.values())
def test_an_entry_for_nothing_is_listed(tmp_path: Path, tables: str, entry: str) -> None:
    tree = trees.write(tmp_path / "tree", TREE)
    report = Report(strict=False)
    trees.read(tree, trees.overlay(tmp_path, tables), report)
    listed = [line for line in report.lines if line.startswith("overlay: ")]
    assert listed == [f"overlay: {entry}: names nothing in the protos"]


def test_a_comparison_that_is_not_there_is_listed(tmp_path: Path) -> None:
    tree = trees.write(tmp_path / "tree", TREE)
    facts = trees.overlay(tmp_path)
    facts.comparison = "toys.Compare"
    report = Report(strict=False)
    trees.read(tree, facts, report)
    assert "overlay: comparison: names nothing in the protos" in report.lines


def test_an_entry_for_nothing_is_fatal_for_our_own_protos(tmp_path: Path) -> None:
    tree = trees.write(tmp_path / "tree", TREE)
    facts = trees.overlay(tmp_path, '[enums."toys.Shape"]\nname = "Shape"')
    with pytest.raises(CodegenError) as refusal:
        trees.read(tree, facts, Report(strict=True))
    assert 'overlay: enums."toys.Shape": names nothing in the protos\n  remedy: remove' in str(
        refusal.value
    )


def test_every_entry_that_fits_is_silent(tmp_path: Path) -> None:
    tree = trees.write(tmp_path / "tree", TREE)
    tables = """
        [methods."toys.Toys".Find]
        name = "seek"
        [messages."toys.FindRequest"]
        positional = ["name"]
        [fields."toys.FindRequest"]
        color.name = "paint"
        [enums."toys.Color"]
        name = "Paint"
        """
    report = Report(strict=False)
    api = trees.read(tree, trees.overlay(tmp_path, tables), report)
    assert not [line for line in report.lines if line.startswith("overlay: ")]
    assert [m.name for m in api.services[0].methods] == ["seek"]
    assert [p.name for p in api.requests[0].parameters] == ["name", "paint"]
    assert [e.name for e in api.enums] == ["Paint"]


def test_our_overlay_tells_every_error_once() -> None:
    errors = Overlay(OVERLAY).errors
    assert len({error.text for error in errors}) == len({error.name for error in errors})
    assert len(errors) == len({error.text for error in errors})
