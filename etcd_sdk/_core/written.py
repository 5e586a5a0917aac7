"""Values as they are written in URLs, files and variables, as Go's programs write them.

Whatever is wrong with a value is told without the value, for it may be a secret in a wrong place.
"""

from __future__ import annotations

import re

# In nanoseconds. Both signs for micro are in use.
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_NUMBER = r"([0-9]+\.?[0-9]*|\.[0-9]+)"
_PART = re.compile(f"{_NUMBER}({'|'.join(_UNITS)})")
_DURATION = re.compile(f"0|(?:{_PART.pattern})+")
# Go counts nanoseconds in 63 bits.
_LONGEST = 2**63
_FLAGS: dict[str, bool] = dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True)
_FLAGS |= dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False)


def duration(text: str) -> float:
    """Seconds of what Go writes as ``5s``, ``1m30s``, ``300ms`` or ``0``.

    Raises:
        ValueError: It is no duration, or a negative one.
    """
    text = text.removeprefix("+")
    if len(text) > 100 or not _DURATION.fullmatch(text):
        raise ValueError("must be a duration such as 5s, 1m30s or 300ms")
    return nanoseconds(sum(_nanoseconds(*part) for part in _PART.findall(text)))


def nanoseconds(number: int) -> float:
    """Seconds of a number of nanoseconds, which is how Go writes times into files.

    Raises:
        ValueError: It is negative, or more than Go can count.
    """
    if not 0 <= number < _LONGEST:
        raise ValueError("must be a time from 0 to 292 years")
    return number / 10**9


def time(value: object) -> float:
    """Seconds of a duration, or of a whole number of nanoseconds.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return nanoseconds(value)
    return duration(value if isinstance(value, str) else "")


def flag(value: object) -> bool:
    """A truth, be it one or the word for one.

    Raises:
        ValueError: It is none.
    """
    found = _FLAGS.get(value) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise ValueError("must be true or false")
    return found


def count(value: object) -> int:
    """A whole number, or its digits.

    Raises:
        ValueError: It is none, or negative.
    """
    if isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("must be a whole number")
    return value


def number(value: object) -> float:
    """A number, or its digits.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise ValueError("must be a number")


def text(value: object) -> str:
    """A text.

    Raises:
        ValueError: It is none, such as digits that are not in quotes.
    """
    if not isinstance(value, str):
        raise ValueError("must be a text; put it in quotes")
    return value


def texts(value: object) -> list[str]:
    """A list of texts.

    Raises:
        ValueError: It is none, or empty.
    """
    if not isinstance(value, list) or not value:
        raise ValueError("must be a list")
    return [text(each) for each in value]


def _nanoseconds(number: str, unit: str) -> int:
    """As Go does it: what is less than a nanosecond is cut off."""
    whole, _, fraction = number.partition(".")
    parts: int = 10 ** len(fraction)
    return int(whole + fraction) * _UNITS[unit] // parts
