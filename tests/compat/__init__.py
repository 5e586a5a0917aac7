"""Does the wheel work where users install it? ``python -m tests.compat`` tries.

The other tests run in one environment, against the sources. These build the wheel and the source
distribution, and try them in clean environments at both ends of every declared range, in pure
Python, beside rival packages, and under the type checkers of a project that depends on us.

What runs inside those environments is in ``programs/``, run by path, with nothing of this
repository importable.
"""
