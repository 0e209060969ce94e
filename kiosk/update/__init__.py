"""Signed updates into the slot that is not running, with a health check and a way back."""
