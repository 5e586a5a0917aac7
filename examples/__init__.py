"""Programs to read and to run: `python -m examples.tour ENDPOINT`, or all of them by `make demo`."""
