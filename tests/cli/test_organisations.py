"""From an empty machine to the first administrator's invitation, by commands alone; and what a command refuses."""

import asyncio
import os
import subprocess
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest

from server.settings import Web
from tests.cli.test_demo import EXIT_REFUSED, START_WITHIN_S
from tests.journeys.stack import CAREFERRY, environ_of
from tests.journeys.waiting import until
from tests.support.platforms import settings_in
from tests.support.seaweedfs import free_ports

NEW = {
    "--name": "Waterloo Community Clinic",
    "--kind": "clinic",
    "--zone": "Africa/Freetown",
    "--region": "SL-W",
    "--language": "en",
    "--administrator": "Nana Jalloh",
    "--email": "nana@clinic.example",
}


class Machine:
    """A new installation of which only the settings exist."""

    def __init__(self, folder: Path) -> None:
        (port,) = free_ports(1)
        self.address = f"http://127.0.0.1:{port}"
        settings = settings_in(folder, f"sqlite:///{folder}/careferry.sqlite")
        settings = msgspec.structs.replace(settings, web=Web(public_url=self.address, port=port))
        self.environ = {**os.environ, **environ_of(settings)}

    def run(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        given = self.environ | environ
        return subprocess.run([*CAREFERRY, *arguments], env=given, capture_output=True, text=True, check=False)

    def new_organisation(self, **changed: str) -> "subprocess.CompletedProcess[str]":
        given = NEW | {f"--{name}": value for name, value in changed.items()}
        return self.run("organisation", "new", *(word for option in given.items() for word in option))


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    made = Machine(tmp_path_factory.mktemp("machine"))
    assert made.run("keys", "init").returncode == 0
    assert made.run("migrate").returncode == 0
    return made


async def test_the_link_it_prints_invites_the_administrator(machine: Machine) -> None:
    made = machine.new_organisation()
    assert made.returncode == 0, made.stderr
    organisation_id, link = made.stdout.split()
    assert f"{UUID(organisation_id)} clinic SL-W {NEW['--name']}\n" in machine.run("organisation", "list").stdout

    async def answers() -> bool:
        try:
            return (await client.get("/sign-in")).is_success
        except httpx.TransportError:
            return False

    web = await asyncio.create_subprocess_exec(*CAREFERRY, "web", env=machine.environ)
    try:
        async with httpx.AsyncClient(base_url=machine.address) as client:
            await until(answers, within_s=START_WITHIN_S, what="the web to answer")
            page = await client.get(link)
    finally:
        web.terminate()
        await web.wait()
    assert page.status_code == 200
    assert NEW["--name"] in page.text


@pytest.mark.parametrize(
    "option, wrong, told",
    [
        ("zone", "Freetown", "Freetown is no IANA time zone"),
        ("region", "Sierra Leone", "$.region"),
        ("language", "English!", "$.languages"),
        ("email", "nana", "Write an e-mail address"),
        ("name", "", "$.name"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(machine: Machine, option: str, wrong: str, told: str) -> None:
    before = machine.run("organisation", "list").stdout
    refused = machine.new_organisation(**{option: wrong})
    assert refused.returncode == 1
    assert told in refused.stderr
    assert "was not made" in refused.stderr
    assert machine.run("organisation", "list").stdout == before


def test_keys_are_wrapped_under_the_newest_master(machine: Machine) -> None:
    organisation_id = machine.new_organisation().stdout.split()[0]
    newest = machine.run("keys", "rotate-master").stdout.strip()
    assert machine.run("keys", "rewrap-master").stdout.endswith(f"in use: {newest}\n")
    assert machine.run("keys", "rotate-organisation", organisation_id).stdout == "version 2\n"


def test_misspelt_settings_are_named(machine: Machine) -> None:
    refused = machine.run("organisation", "list", CAREFERRY__DATABASE__URI="sqlite:///x")
    assert refused.returncode == EXIT_REFUSED
    assert "database" in refused.stderr
    assert "Traceback" not in refused.stderr
