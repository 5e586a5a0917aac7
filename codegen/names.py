"""Proto names to Python names, by rule.

The rules must stay stable: they make public names. What they get wrong for a reader is renamed in
``overlay.toml``, one name at a time.
"""

from __future__ import annotations

import keyword
import re

# An acronym with its plural (URLs, KV), a capitalised or plain word (Lease, alarm), or digits.
_WORD = re.compile(r"[A-Z]+s?(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words(name: str) -> list[str]:
    """``peerURLs`` → ``["peer", "URLs"]``; a digit belongs to the word before it."""
    found: list[str] = []
    for word in _WORD.findall(name):
        if word.isdigit() and found:
            found[-1] += word
        else:
            found.append(word)
    return found


def snake_case(name: str) -> str:
    """``HashKV`` → ``hash_kv``, ``peerURLs`` → ``peer_urls``; a keyword gets a trailing ``_``."""
    snake = "_".join(words(name)).lower()
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def method_name(rpc: str, service: str) -> str:
    """The RPC without its service's name: ``LeaseGrant`` of ``Lease`` → ``grant``.

    The service's name goes only at a word boundary (``Authenticate`` of ``Auth`` stays) and never
    leaves nothing (``Lock`` of ``Lock`` stays).
    """
    head, tail = words(rpc)[: len(words(service))], words(rpc)[len(words(service)) :]
    return snake_case("_".join(tail)) if tail and head == words(service) else snake_case(rpc)
