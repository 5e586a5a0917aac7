"""Decisions as plain functions: no I/O, no clock, no gRPC library, so both flavours share them."""
