"""The stacks that the journeys run on."""

from tests.journeys.conftest import stack

__all__ = ["stack"]
