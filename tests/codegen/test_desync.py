"""The one pass that makes every sync twin."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from codegen.desync import desync
from tests.codegen.trees import ROOT

TWINS = [
    path
    for folder in ("generated/etcd_sdk_api/_sync", "etcd_sdk/_sync")
    for path in sorted((ROOT / folder).glob("*.py"))
]


@pytest.mark.parametrize(
    ("source", "twin"),
    [
        ("async def f(): pass\n", "def f(): pass\n"),
        ("async with a as b, c: pass\n", "with a as b, c: pass\n"),
        ("async for x in y: pass\n", "for x in y: pass\n"),
        ("z = [x async for x in y if await x]\n", "z = [x for x in y if x]\n"),
        ("return await self._call(1)\n", "return self._call(1)\n"),
        ("x = await(y)\n", "x = (y)\n"),
        ("x = not await y()\n", "x = not y()\n"),
    ],
)
def test_async_and_await_go(source: str, twin: str) -> None:
    assert desync(source) == twin


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("__aenter__", "__enter__"),
        ("__aexit__", "__exit__"),
        ("__aiter__", "__iter__"),
        ("__anext__", "__next__"),
        ("anext", "next"),
        ("StopAsyncIteration", "StopIteration"),
        ("aclosing", "closing"),
        ("asynccontextmanager", "contextmanager"),
        ("AsyncKVApi", "KVApi"),
        ("_AsyncReader", "_Reader"),
        ("_async", "_sync"),
    ],
)
def test_names_lose_their_asynchrony(name: str, twin: str) -> None:
    assert desync(f"x = {name}(y)\n") == f"x = {twin}(y)\n"


@pytest.mark.parametrize(
    "name", ["Async", "Asynchronous", "MyAsyncThing", "async_thing", "_asyncio", "awaitable"]
)
def test_names_that_only_resemble_stay(name: str) -> None:
    assert desync(f"x = {name}\n") == f"x = {name}\n"


def test_imports_lead_to_the_sync_modules() -> None:
    source = "from etcd_sdk_api._async.transport import AsyncStream, AsyncTransport\n"
    assert desync(source) == "from etcd_sdk_api._sync.transport import Stream, Transport\n"


def test_the_loop_is_not_started() -> None:
    assert desync("asyncio.run(main())\n") == "main()\n"
    assert desync("sys.exit(asyncio.run(tour(sys.argv[1])))\n") == "sys.exit(tour(sys.argv[1]))\n"


def test_code_in_docstrings_is_converted() -> None:
    source = '''\
        class AsyncLock:
            """Held in a block.

            async with AsyncClient() as etcd:
                await etcd.kv.put("a", "b")
                async for event in etcd.watch("a"):
                    print(event)
            """
        '''
    twin = '''\
        class Lock:
            """Held in a block.

            with Client() as etcd:
                etcd.kv.put("a", "b")
                for event in etcd.watch("a"):
                    print(event)
            """
        '''
    assert desync(dedent(source)) == dedent(twin)


def test_code_in_comments_is_converted() -> None:
    source = "x = 1  # as `await client.kv.get(key)` of AsyncClient\n"
    assert desync(source) == "x = 1  # as `client.kv.get(key)` of Client\n"


@pytest.mark.parametrize(
    "comment",
    [
        "# Nobody may await the answer here.",
        "# What callers await is not async in itself.",
        "# They await (in vain) an async answer.",
    ],
)
def test_prose_is_left_alone(comment: str) -> None:
    assert desync(f"{comment}\nx = 1\n") == f"{comment}\nx = 1\n"


def test_f_strings_are_converted_and_keep_their_braces() -> None:
    source = 'text = f"AsyncClient({await self.get(1)!r}) {{in braces}} {{}}{x:>{width}}"\n'
    twin = 'text = f"Client({self.get(1)!r}) {{in braces}} {{}}{x:>{width}}"\n'
    assert desync(source) == twin


def test_layout_stays() -> None:
    source = dedent(
        """\
        def f(
            a,  # the first

            b,
        ) -> None:

            x = a \\
                + b
            return x"""
    )
    assert desync(source) == source


@pytest.mark.parametrize("path", TWINS, ids=lambda path: str(path.relative_to(ROOT)))
def test_sync_code_stays_as_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8").partition("\n\n")[2]
    assert desync(text) == text


def test_what_comes_out_compiles_and_awaits_nothing() -> None:
    source = dedent(
        """\
        import asyncio
        from contextlib import aclosing, asynccontextmanager

        class _AsyncPages:
            def __aiter__(self): return self

            async def __anext__(self):
                if not (page := await self._fetch(*[x async for x in self.keys()])):
                    raise StopAsyncIteration
                return page

        @asynccontextmanager
        async def opened(url):
            async with AsyncClient(url) as client, aclosing(client.pages()) as pages:
                yield f"{await anext(pages)!r}"

        asyncio.run(main())
        """
    )
    tree = ast.parse(desync(source))
    waiting = (ast.AsyncFor, ast.AsyncFunctionDef, ast.AsyncWith, ast.Await)
    assert not [node for node in ast.walk(tree) if isinstance(node, waiting)]
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.comprehension) and n.is_async]
    assert "async" not in desync(source).replace("asyncio", "").lower()
