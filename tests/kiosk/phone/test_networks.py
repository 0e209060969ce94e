"""Which of the machine's networks phones may come from."""

from ipaddress import IPv4Interface
from pathlib import Path

import msgspec
import pytest

from kiosk.phone.networks import NoClinicNetwork, choose, own_addresses
from kiosk.settings import SETTINGS_FILE, SettingsRefused, load_settings

NEEDED = {"server_url": "http://localhost:8080", "region": "SL-W"}
LOOPBACK, PUBLIC = IPv4Interface("127.0.0.1/8"), IPv4Interface("198.51.100.7/24")
CLINIC, OTHER = IPv4Interface("192.168.8.20/24"), IPv4Interface("10.1.2.3/16")


def test_the_first_private_network_is_the_clinics() -> None:
    assert choose("", [LOOPBACK, PUBLIC, CLINIC, OTHER]) == CLINIC


def test_a_network_that_is_named_is_the_only_one() -> None:
    assert choose("10.1.0.0/16", [CLINIC, OTHER]) == OTHER
    with pytest.raises(NoClinicNetwork):
        choose("10.2.0.0/16", [CLINIC, OTHER])


def test_neither_loopback_nor_a_public_network_is_taken_by_itself() -> None:
    with pytest.raises(NoClinicNetwork):
        choose("", [LOOPBACK, PUBLIC])


def test_the_machine_says_its_addresses() -> None:
    assert LOOPBACK in own_addresses()


@pytest.mark.parametrize("named", ["", "off", "192.168.8.0/24"])
def test_settings_name_a_network_or_none(tmp_path: Path, named: str) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(msgspec.json.encode({**NEEDED, "phone_network": named}))
    assert load_settings(tmp_path).phone_network == named


@pytest.mark.parametrize("named", ["192.168.8.20/24", "10.0.0.0/33", "clinic", "OFF"])
def test_settings_with_a_network_that_is_none_are_refused(tmp_path: Path, named: str) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(msgspec.json.encode({**NEEDED, "phone_network": named}))
    with pytest.raises(SettingsRefused, match=r"phone_network: .*; one is written 192\.168\.8\.0/24"):
        load_settings(tmp_path)
