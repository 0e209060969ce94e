"""Scheduling: when providers can be visited, computed from rules, and appointments that keep."""
