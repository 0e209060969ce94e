"""Pixels and signals: bytes and arrays in, values out; no clock, no network, no database."""
