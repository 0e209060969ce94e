"""A platform with the chores' tables, each broker in turn, and crews that are stopped whatever happens."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from dramatiq.asyncio import get_event_loop_thread

from server.core.platform import Platform
from server.settings import Jobs
from tests.support.platforms import FakeClock
from tests.workers.brokers import BrokerKind, jobs_over
from tests.workers.chores import make_chore_tables
from workers.actors import Registry
from workers.crew import Crew
from workers.main import start_embedded

DISTANT = [
    pytest.param("redis", marks=pytest.mark.requires("redis")),
    pytest.param("rabbitmq", marks=pytest.mark.requires("rabbitmq")),
]
BROKERS = ["embedded", *DISTANT]
Start = Callable[[Jobs, Registry], Crew]


@pytest.fixture
async def house(platform: Platform) -> Platform:
    await make_chore_tables()
    return platform


@pytest.fixture
async def sqlite_house(sqlite_platform: Platform) -> Platform:
    await make_chore_tables()
    return sqlite_platform


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> FakeClock:
    names = ("house", "sqlite_house", "platform", "sqlite_platform")
    name = next(name for name in names if name in request.fixturenames)
    return cast("FakeClock", request.getfixturevalue(name).clock)


@pytest.fixture(params=BROKERS)
def jobs(request: pytest.FixtureRequest) -> Iterator[Jobs]:
    with jobs_over(cast("BrokerKind", request.param)) as settings:
        yield settings


@pytest.fixture(params=DISTANT)
def distant(request: pytest.FixtureRequest) -> Iterator[Jobs]:
    """A broker outside this process, with one thread on this side."""
    with jobs_over(cast("BrokerKind", request.param), threads=1) as settings:
        yield settings


@pytest.fixture
def embedded() -> Iterator[Jobs]:
    with jobs_over("embedded") as settings:
        yield settings


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a crew; there is one at a time, and a test may stop it itself."""
    started: list[Crew] = []

    def start_crew(jobs: Jobs, registry: Registry) -> Crew:
        started.append(start_embedded(jobs, registry))
        return started[-1]

    yield start_crew
    if get_event_loop_thread() is not None:
        started[-1].stop(0)
