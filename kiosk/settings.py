"""What one kiosk is told about itself and its link: one Struct from one file, loaded once and passed down."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from kiosk.phone.networks import OFF
from server.contract.fleet import KioskSettings

SETTINGS_FILE = "settings.json"
GROUP_FILE = "group.json"
"""What the kiosk's group wants, as the last heartbeat's answer had it; it goes before the kiosk's own settings."""
Hour = Annotated[int, msgspec.Meta(ge=0, le=23)]


class SettingsRefused(Exception):
    """The kiosk does not start; the message names what is wrong."""


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much may be sent and when. An urgent case is sent whatever these say."""

    daily_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0
    """The most that is sent in a day; 0 sets no bound."""
    is_metered: bool = False
    """Photographs of cases that are not urgent wait for a link that is not metered."""
    quiet_from_hour: Hour = 0
    quiet_until_hour: Hour = 0
    """Local hours in which the link is left to others; `22` to `7` spans midnight, equal hours are none."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    server_url: Annotated[str, msgspec.Meta(pattern="^https?://")]
    region: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    """Where the kiosk stands: patients registered at it are there."""
    zone: str = "UTC"
    language: str = "en"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8090
    """Of the screen, on loopback."""
    camera: str = "drawn"
    """`v4l2:0`, `file:/path/to/recording`, or `drawn`: a synthetic scene, on a machine without a camera."""
    devices: Literal["bluetooth", "virtual"] = "bluetooth"
    """`virtual`: devices that do not exist and whose values are made up, at a demonstration."""
    face_camera: str = ""
    """`v4l2:1` or as `camera`: one of its own that looks at the patient's face, for the camera's pulse; empty, none."""
    is_pulse_offered: bool = False
    """Investigational: the group's settings say so, and the demonstration's. Calls show it too."""
    microphone: str = "none"
    """Of calls: `alsa:default`, `file:/path/to/recording`, `tone`, or `none`."""
    speaker: str = "none"
    """Of calls: `alsa:default` or `none`."""
    phone_network: str = ""
    """From which network a patient's phone may join a visit, as `192.168.8.0/24`; empty: the private one that this
    kiosk is in; `off`: from none."""
    wifi_name: str = ""
    """Of the clinic's Wi-Fi, as the screen tells it to whoever hands off to a phone."""
    idle_wipe_s: Annotated[int, msgspec.Meta(ge=30)] = 300
    sticks: str = "/media/careferry"
    """The folder in which the machine mounts USB sticks, each in a folder of its own."""
    demo_person: str = ""
    """Of `./dev kiosk` alone: the demo's person in whose name this kiosk sends."""
    link: Link = Link()

    def __post_init__(self) -> None:
        if self.phone_network in {"", OFF}:
            return
        try:
            IPv4Network(self.phone_network)
        except ValueError as error:
            raise ValueError(f"phone_network: {error}; one is written 192.168.8.0/24") from error

    @property
    def has_pulse(self) -> bool:
        return self.is_pulse_offered and bool(self.face_camera)


class GroupSettings(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    settings: KioskSettings


def load_settings(folder: Path) -> Settings:
    """The settings of the kiosk whose data are in `folder`; SettingsRefused naming what is wrong."""
    path = folder / SETTINGS_FILE
    try:
        own = msgspec.json.decode(path.read_bytes(), type=Settings)
    except OSError as error:
        raise SettingsRefused(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise SettingsRefused(f"{path}: {error}") from error
    return _with_group(own, folder / GROUP_FILE)


def _with_group(own: Settings, path: Path) -> Settings:
    """A file of the group that cannot be read is as none: the next heartbeat brings another."""
    try:
        wanted = msgspec.json.decode(path.read_bytes(), type=GroupSettings).settings
    except (OSError, msgspec.MsgspecError):
        return own
    budget_mb = wanted.data_budget_mb_per_day
    link = own.link if budget_mb is None else msgspec.structs.replace(own.link, daily_bytes=budget_mb * 1_000_000)
    return msgspec.structs.replace(
        own, idle_wipe_s=wanted.idle_wipe_s, is_pulse_offered=wanted.is_pulse_offered, link=link
    )
