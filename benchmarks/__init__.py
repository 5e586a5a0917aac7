"""What the SDK costs: beside nothing, beside bare gRPC, and beside other clients of etcd.

``python -m benchmarks`` measures and prints; README.md tells how, and how to read it.
"""
