"""The two roles of docs/runbooks/postgresql.md: the owner migrates, the application serves, and neither does both."""

import os
import subprocess
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from server.settings import Database, Web
from tests.cli.test_demo import EXIT_REFUSED, START_WITHIN_S
from tests.journeys.stack import CAREFERRY, environ_of
from tests.journeys.waiting import until
from tests.support.platforms import OWNER_URL, settings_in
from tests.support.seaweedfs import free_ports

pytestmark = pytest.mark.requires("postgresql")


class Installation:
    """Settings for a database that an administrator has just made, with its two roles."""

    def __init__(self, folder: Path, name: str) -> None:
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        self.owner_url, self.app_url = (
            f"postgresql://{name}_{role}@127.0.0.1:5432/{name}" for role in ("owner", "app")
        )
        database = Database(url=self.app_url, owner_url=self.owner_url)
        settings = msgspec.structs.replace(
            settings_in(folder, self.app_url), database=database, web=Web(public_url=self.address, port=port)
        )
        self.environ = {**os.environ, **environ_of(settings)}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*CAREFERRY, *arguments], env=self.environ, capture_output=True, text=True, check=False)

    @contextmanager
    def serving(self) -> Generator[None]:
        with subprocess.Popen([*CAREFERRY, "serve"], env=self.environ) as process:
            yield
            process.terminate()


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    name = f"careferry_cli_{uuid4().hex[:12]}"
    administrator = await asyncpg.connect(f"{OWNER_URL}/postgres")
    await administrator.execute(f'CREATE ROLE "{name}_owner" LOGIN')
    await administrator.execute(f'CREATE ROLE "{name}_app" LOGIN NOSUPERUSER NOBYPASSRLS')
    await administrator.execute(f'CREATE DATABASE "{name}" OWNER "{name}_owner"')
    try:
        yield Installation(tmp_path, name)
    finally:
        await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await administrator.execute(f'DROP ROLE "{name}_owner", "{name}_app"')
        await administrator.close()


async def test_the_owner_migrates_and_the_application_serves(installation: Installation) -> None:
    assert installation.run("keys", "init").returncode == 0
    for _ in range(2):
        migrated = installation.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
    made = installation.run(
        *("organisation", "new", "--name", "Clinic", "--kind", "clinic", "--zone", "Africa/Freetown"),
        *("--region", "SL", "--language", "en", "--administrator", "Nana Jalloh", "--email", "nana@clinic.example"),
    )
    assert made.returncode == 0, made.stderr
    _, link = made.stdout.split()
    with installation.serving():
        async with httpx.AsyncClient(base_url=installation.address) as client:

            async def answers() -> bool:
                try:
                    return (await client.get(link)).is_success
                except httpx.TransportError:
                    return False

            await until(answers, within_s=START_WITHIN_S, what="the invitation's page")


async def test_a_role_that_the_policies_do_not_bind_is_refused(installation: Installation) -> None:
    assert installation.run("keys", "init").returncode == 0
    assert installation.run("migrate").returncode == 0
    installation.environ["CAREFERRY__DATABASE__URL"] = installation.owner_url
    for role in ("serve", "web", "worker"):
        refused = installation.run(role)
        assert refused.returncode == EXIT_REFUSED, (role, refused.stderr)
        assert "database.url" in refused.stderr
        assert "Traceback" not in refused.stderr
