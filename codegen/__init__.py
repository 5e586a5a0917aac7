"""The build-time generator: proto sources → descriptors → one frozen model → files.

Nothing here is imported by the SDK. Read the modules in the order of the data: ``sources`` (find
and compile protos), ``overlay`` (the human facts), ``wire`` (what the descriptors say),
``arguments`` (how calls are made), ``reader`` (all of it into a ``model``), ``emit`` (templates and
the model into files), ``desync`` (async sources into their sync twins) and ``tree`` (compare with
or write to disk). ``__main__`` is the command line.
"""
