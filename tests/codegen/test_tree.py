"""What ``generate`` writes and what ``check`` says about a disk that differs."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from codegen import tree

OWNED = [PurePosixPath("made")]
FILES = {PurePosixPath("made/a.py"): "a\n", PurePosixPath("made/deep/b.py"): "b\n"}


def test_a_disk_that_holds_just_that_has_no_differences(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    assert list(tree.differences(tmp_path, FILES, OWNED)) == []


def test_write_says_what_it_wrote_and_leaves_the_rest_untouched(tmp_path: Path) -> None:
    assert tree.write(tmp_path, FILES, OWNED) == list(FILES)
    kept = tmp_path / "made/a.py"
    stamp = kept.stat().st_mtime_ns
    (tmp_path / "made/deep/b.py").write_text("other\n")

    assert tree.write(tmp_path, FILES, OWNED) == [PurePosixPath("made/deep/b.py")]
    assert (tmp_path / "made/deep/b.py").read_text() == "b\n"
    assert kept.stat().st_mtime_ns == stamp


def test_a_stale_file_is_a_unified_diff(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    (tmp_path / "made/a.py").write_text("old\n")
    [difference] = tree.differences(tmp_path, FILES, OWNED)
    assert difference.splitlines() == [
        "--- made/a.py (on disk)",
        "+++ made/a.py (generated)",
        "@@ -1 +1 @@",
        "-old",
        "+a",
    ]


def test_a_stale_file_without_a_last_newline_still_ends_its_lines(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    (tmp_path / "made/a.py").write_text("old")
    [difference] = tree.differences(tmp_path, FILES, OWNED)
    assert difference.splitlines()[-2:] == ["-old", "+a"]


def test_a_file_with_other_line_ends_is_stale(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    (tmp_path / "made/a.py").write_bytes(b"a\r\n")
    assert list(tree.differences(tmp_path, FILES, OWNED)) == ["made/a.py: line ends differ\n"]


def test_a_file_that_is_no_text_is_stale_too(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    (tmp_path / "made/a.py").write_bytes(b"\xff\n")
    [difference] = tree.differences(tmp_path, FILES, OWNED)
    assert difference.endswith("+a\n")


def test_a_missing_file_is_a_diff_of_all_its_lines(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    (tmp_path / "made/deep/b.py").unlink()
    [difference] = tree.differences(tmp_path, FILES, OWNED)
    assert difference.startswith("--- made/deep/b.py")
    assert difference.endswith("+b\n")


def test_a_missing_empty_file_is_named(tmp_path: Path) -> None:
    files = {PurePosixPath("made/py.typed"): ""}
    assert list(tree.differences(tmp_path, files, OWNED)) == ["made/py.typed: missing\n"]
    tree.write(tmp_path, files, OWNED)
    assert list(tree.differences(tmp_path, files, OWNED)) == []


def test_an_orphan_is_reported_and_removed(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    (tmp_path / "made/deep/gone.py").write_text("x\n")
    [difference] = tree.differences(tmp_path, FILES, OWNED)
    assert difference == "made/deep/gone.py: orphan: nothing generates it\n"

    assert tree.write(tmp_path, FILES, OWNED) == [PurePosixPath("made/deep/gone.py")]
    assert not (tmp_path / "made/deep/gone.py").exists()


def test_files_beside_the_owned_folders_and_bytecode_are_no_orphans(tmp_path: Path) -> None:
    tree.write(tmp_path, FILES, OWNED)
    (tmp_path / "other.py").write_text("mine\n")
    (tmp_path / "made/__pycache__").mkdir()
    (tmp_path / "made/__pycache__/a.pyc").write_bytes(b"\0")
    assert list(tree.differences(tmp_path, FILES, OWNED)) == []
    assert tree.write(tmp_path, FILES, OWNED) == []
    assert (tmp_path / "other.py").exists()


def test_in_a_shared_folder_only_what_says_so_is_an_orphan(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "mine.py").write_text("written by hand\n")
    (folder / "left.py").write_text(
        "# Derived from shared/left_async.py by codegen; do not edit.\n"
    )
    shared = [PurePosixPath("shared")]
    assert list(tree.orphans(tmp_path, {}, [], shared)) == [PurePosixPath("shared/left.py")]
    assert tree.write(tmp_path, {}, [], shared) == [PurePosixPath("shared/left.py")]
    assert (folder / "mine.py").exists()
