"""Generation is a function of its sources, and ``check`` tells when the disk is not its result."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from codegen.__main__ import OWNED, TWINNED
from tests.codegen import trees

_SOURCES = ("codegen", "templates", "protos", *map(str, (*TWINNED, *OWNED)))


def contents(root: Path) -> dict[Path, bytes]:
    """Every file below ``root``, by its path from there."""
    paths = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what generation reads and writes in this repository, freshly generated."""
    root = tmp_path_factory.mktemp("home")
    shutil.copy(trees.ROOT / "pyproject.toml", root)
    for folder in filter(lambda folder: (trees.ROOT / folder).is_dir(), _SOURCES):
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(trees.ROOT / folder, root / folder, ignore=ignored, dirs_exist_ok=True)
    assert trees.codegen("generate", cwd=root, hash_seed=0).returncode == 0
    return root


@pytest.fixture
def home(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the copy, for a test to spoil."""
    return Path(shutil.copytree(pristine, tmp_path / "home"))


def test_the_repository_is_fresh() -> None:
    run = trees.codegen("check")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_generating_again_writes_nothing_whatever_the_hash_seed(home: Path) -> None:
    before = {path: (home / path).stat().st_mtime_ns for path in contents(home)}
    run = trees.codegen("generate", cwd=home, hash_seed=1)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert {path: (home / path).stat().st_mtime_ns for path in contents(home)} == before


def test_our_protos_make_the_same_package_anywhere(tmp_path: Path) -> None:
    shutil.copytree(trees.ROOT / "protos", tmp_path / "protos")
    run = trees.codegen("generate", "--protos", tmp_path / "protos", "--out", tmp_path / "out")
    assert run.returncode == 0
    assert contents(tmp_path / "out") == contents(trees.ROOT / "generated")


def test_dump_prints_the_model_that_is_committed() -> None:
    committed = (trees.ROOT / "generated/api.json").read_text(encoding="utf-8")
    assert trees.codegen("dump", "--protos", trees.ROOT / "protos").stdout == committed


def test_check_tells_stale_missing_and_orphaned_files_and_generate_mends_them(home: Path) -> None:
    before = contents(home)
    stale = ["generated/api.json", "generated/etcd_sdk_api/_sync/kv.py", "etcd_sdk/_sync/kv.py"]
    for name in stale:
        with (home / name).open("a", encoding="utf-8") as file:
            file.write("stale\n")
    missing = "generated/etcd_sdk_api/enums.py"
    (home / missing).unlink()
    orphan = "generated/etcd_sdk_api/_sync/gone.py"
    (home / orphan).write_text("")

    run = trees.codegen("check", cwd=home)
    assert run.returncode == 1
    for name in (*stale, missing):
        assert f"--- {name} (on disk)\n+++ {name} (generated)\n@@ " in run.stdout
    assert run.stdout.count("\n-stale\n") == len(stale)
    assert run.stdout.endswith(f"\n{orphan}: orphan: nothing generates it\n")

    mended = trees.codegen("generate", cwd=home).stdout.splitlines()
    assert sorted(mended) == sorted(f"wrote {name}" for name in (*stale, missing, orphan))
    assert contents(home) == before


def test_an_edited_async_source_makes_its_twin_stale(home: Path) -> None:
    source = home / "etcd_sdk/_async/kv.py"
    source.write_text(source.read_text(encoding="utf-8") + "\nASYNC_ONLY = AsyncKV\n")
    run = trees.codegen("check", cwd=home)
    assert run.returncode == 1
    assert "--- etcd_sdk/_sync/kv.py (on disk)" in run.stdout
    assert "+ASYNC_ONLY = KV" in run.stdout


def test_an_undocumented_field_of_our_own_protos_is_an_error(home: Path) -> None:
    rpc = home / "protos/etcd/api/etcdserverpb/rpc.proto"
    comments = re.compile(r"(?:^ *//.*\n)+(?=  int64 limit = )", re.MULTILINE)
    text, removed = comments.subn("\n", rpc.read_text(encoding="utf-8"))
    assert removed == 1
    rpc.write_text(text, encoding="utf-8")
    run = trees.codegen("generate", cwd=home)
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        "etcdserverpb.RangeRequest.limit: has no comment to make a docstring from",
        "  remedy: write one above it in etcd/api/etcdserverpb/rpc.proto",
    ]


def test_another_wire_contract_than_the_locked_one_is_an_error(home: Path) -> None:
    rpc = home / "protos/etcd/api/etcdserverpb/rpc.proto"
    with rpc.open("a", encoding="utf-8") as file:
        file.write("\n// Made up.\nmessage MadeUp {\n  // Made up.\n  int64 depth = 1;\n}\n")
    run = trees.codegen("check", cwd=home)
    assert run.returncode == 1
    assert run.stderr.startswith(f"{home / 'protos'}: no longer the wire contract of etcd ")
    assert "remedy: undo the change or, for a new release, write" in run.stderr


@pytest.mark.parametrize("alone", ["--protos", "--out"])
def test_protos_and_out_go_together(alone: str, tmp_path: Path) -> None:
    run = trees.codegen("generate", alone, tmp_path)
    assert run.returncode == 2
    assert "--protos and --out go together" in run.stderr


def test_a_tree_that_is_not_there_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    run = trees.codegen("generate", "--protos", tmp_path / "gone", "--out", tmp_path / "out")
    assert run.returncode == 1
    assert run.stderr.startswith(f"{tmp_path / 'gone'}: holds no .proto file")
    assert "Traceback" not in run.stderr
