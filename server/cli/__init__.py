"""The `careferry` command."""

from server.cli.main import main

__all__ = ["main"]
