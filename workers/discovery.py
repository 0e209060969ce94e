"""Finds the jobs that the slices declare and loads the actors that run them."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import server
import workers
from server.core.outbox import Job

CLIENTS = "workers.relay"
"""Declares no actors, and brings the clients of two brokers that the embedded mode needs not."""


def load_actors() -> None:
    """Import the modules of this package that may declare actors."""
    for module in pkgutil.iter_modules(workers.__path__, "workers."):
        if module.name != CLIENTS:
            importlib.import_module(module.name)


def declared_jobs() -> list[type[Job]]:
    """Every job that a `jobs` module of `server` declares, whether or not anything has imported it."""
    for name in _job_modules():
        importlib.import_module(name)
    return [job for job in _subclasses(Job) if job.__module__.startswith("server.")]


def _job_modules() -> Iterator[str]:
    """By the files' names: walking packages would import every one of them."""
    for root in map(Path, server.__path__):
        for file in sorted(root.rglob("jobs.py")):
            yield ".".join(("server", *file.relative_to(root).with_suffix("").parts))


def _subclasses(job: type[Job]) -> Iterator[type[Job]]:
    for subclass in job.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
