"""Generated files on disk: write them, or say how the disk differs.

Some folders hold generated files and nothing else. Whatever is in them and was not generated is
an orphan: ``write`` removes it, ``differences`` reports it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from codegen.emit import Files


def write(root: Path, files: Files, owned: Iterable[PurePosixPath]) -> list[PurePosixPath]:
    """Make the disk equal to ``files``; returns what changed."""
    changed = []
    for path, text in files.items():
        target = root / path
        if not target.exists() or target.read_bytes() != text.encode():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
            changed.append(path)
    for path in orphans(root, files, owned):
        (root / path).unlink()
        changed.append(path)
    return changed


def differences(root: Path, files: Files, owned: Iterable[PurePosixPath]) -> Iterator[str]:
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
    for path in orphans(root, files, owned):
        yield f"{path}: orphan: nothing generates it\n"


def _unseen(on_disk: bytes | None) -> str:
    """What differs where no line does."""
    return "missing" if on_disk is None else "line ends differ"


def orphans(root: Path, files: Files, owned: Iterable[PurePosixPath]) -> Iterator[PurePosixPath]:
    """Files in the ``owned`` folders that are not among ``files``."""
    for folder in owned:
        for path in sorted((root / folder).rglob("*")):
            relative = PurePosixPath(path.relative_to(root).as_posix())
            if path.is_file() and "__pycache__" not in path.parts and relative not in files:
                yield relative
