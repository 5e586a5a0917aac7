"""Generated files on disk: write them, or say how the disk differs.

Some folders are ``owned``: they hold generated files only. In ``shared`` ones, generated
files stand beside their sources and say on their first line what they are. What is there and was
not generated now is an orphan: ``write`` removes it, ``differences`` reports it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from codegen.emit import MARKS, Files

Folders = Iterable[PurePosixPath]


def write(root: Path, files: Files, owned: Folders, shared: Folders = ()) -> list[PurePosixPath]:
    """Make the disk equal to ``files``; returns what changed."""
    changed = []
    for path, text in files.items():
        target = root / path
        if not target.exists() or target.read_bytes() != text.encode():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
            changed.append(path)
    for path in orphans(root, files, owned, shared):
        (root / path).unlink()
        changed.append(path)
    return changed


def differences(root: Path, files: Files, owned: Folders, shared: Folders = ()) -> Iterator[str]:
    """How the disk differs from ``files``: a diff for each stale file, a line for an orphan."""
    for path, text in files.items():
        target = root / path
        on_disk = target.read_bytes() if target.exists() else None
        if on_disk != text.encode():
            diff = difflib.unified_diff(
                (on_disk or b"").decode(errors="replace").splitlines(),
                text.splitlines(),
                f"{path} (on disk)",
                f"{path} (generated)",
                lineterm="",
            )
            yield "".join(f"{line}\n" for line in diff) or f"{path}: {_unseen(on_disk)}\n"
    for path in orphans(root, files, owned, shared):
        yield f"{path}: orphan: nothing generates it\n"


def _unseen(on_disk: bytes | None) -> str:
    """What differs where no line does."""
    return "missing" if on_disk is None else "line ends differ"


def orphans(
    root: Path, files: Files, owned: Folders, shared: Folders = ()
) -> Iterator[PurePosixPath]:
    """Generated files that are not among ``files``."""
    owned = set(owned)
    for folder in (*owned, *shared):
        for path in sorted((root / folder).rglob("*")):
            relative = PurePosixPath(path.relative_to(root).as_posix())
            if not path.is_file() or "__pycache__" in path.parts or relative in files:
                continue
            if folder in owned or path.read_bytes().startswith(MARKS):
                yield relative
