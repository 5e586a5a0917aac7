"""Networks and machines that fail on demand, and the tests of what the SDK makes of it."""
