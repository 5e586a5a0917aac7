"""Programs to read and to run; `make demo` runs them against an etcd of its own."""
