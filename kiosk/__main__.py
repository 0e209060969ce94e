"""`python -m kiosk`: runs the kiosk, one of its processes, or sets up who may sign in."""

import argparse
import asyncio
import getpass
import os
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from kiosk.faults import KioskFault
from kiosk.settings import SETTINGS_FILE, Settings, SettingsRefused, load_settings
from kiosk.spool.database import Damaged
from kiosk.spool.files import make_folder, write_durable
from kiosk.spool.opening import open_spool
from kiosk.supervisor import EXIT_SPOOL_DAMAGED, SPOOL, Supervisor
from server.contract.fleet import clean_code, read_claim_link

if TYPE_CHECKING:
    from kiosk.devices.radio import Radio
    from kiosk.ui.desk import Desk

EXIT_REFUSED = 78  # EX_CONFIG of sysexits.h
EXIT_FAULT = 1
DEMO_PERSON, DEMO_PIN = "Hawa Turay", "246810"
LOOK_EVERY_S = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    handler: Callable[[argparse.Namespace], int] = options.handler
    try:
        return handler(options)
    except SettingsRefused as refused:
        sys.stderr.write(f"kiosk: {refused}\n")
        return EXIT_REFUSED
    except KioskFault as fault:
        sys.stderr.write(f"kiosk: {fault.title}. {fault.kept} {fault.next_step} ({fault.inside})\n")
        return EXIT_FAULT
    except Damaged as damaged:
        sys.stderr.write(f"kiosk: the spool's database is damaged: {damaged}\n")
        return EXIT_SPOOL_DAMAGED
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk", description="The clinic's kiosk.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    told = {
        "run": ("all of the kiosk, supervised", run),
        "camera": ("the camera's process", run_camera),
        "devices": ("the process that has the Bluetooth radio", run_devices),
        "vitals": ("the process that films a face for its pulse", run_vitals),
        "uplink": ("the process that sends", run_uplink),
        "screen": ("the screen's process", run_screen),
        "call": ("the process of calls", run_call),
        "keep": ("the launcher: starts the slot that runs, changes slots and goes back", run_keep),
        "update": ("one turn of the updater", run_update),
        "check": ("look whether the kiosk that runs is well; prints what is not", run_check),
        "claim": ("register this kiosk with an administrator's code", run_claim),
        "worker": ("add somebody who may sign in here", add_worker),
        "demo": ("a kiosk with a drawn camera, beside `careferry demo`", run_demo),
    }
    for name, (words, handler) in told.items():
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("--data", type=Path, default=Path("careferry-kiosk"), metavar="DIR")
        verb.set_defaults(handler=handler)
        if name == "worker":
            verb.add_argument("name")
            verb.add_argument("--person", type=UUID, metavar="ID", help="of their account on the server")
        if name == "claim":
            verb.add_argument("code", help="as the administrator reads it out, or what the QR picture holds")
            verb.add_argument("--server", metavar="URL", help="where the picture does not name it")
            verb.add_argument("--region", default="", metavar="PLACE", help="ISO 3166, such as SL-W")
            verb.add_argument("--zone", default="UTC")
            verb.add_argument("--root", type=Path, metavar="FILE", help="the updates' first root")
        if name == "update":
            verb.add_argument("--again", action="store_true", help="also what this kiosk went back from")
        if name == "demo":
            verb.add_argument("--server", default="http://localhost:8080", metavar="URL")
            verb.add_argument("--port", type=int, default=8090)
            verb.add_argument("--camera", default="drawn")
    return parser


def run(options: argparse.Namespace) -> int:
    folder: Path = options.data.absolute()
    return Supervisor(folder, has_pulse=load_settings(folder).has_pulse).run()


def run_camera(options: argparse.Namespace) -> int:
    from kiosk.camera.process import CameraProcess  # noqa: PLC0415  (the other processes need no OpenCV)

    CameraProcess(load_settings(options.data).camera, options.data).run()
    return 0


def run_devices(options: argparse.Namespace) -> int:
    from kiosk.devices.process import DeviceProcess  # noqa: PLC0415  (only this verb needs it)

    async def work() -> None:
        settings = load_settings(options.data)
        async with _open_radio(settings) as radio:
            await DeviceProcess(options.data, radio).run()

    asyncio.run(work())
    return 0


def run_vitals(options: argparse.Namespace) -> int:
    from kiosk.vitals.process import VitalsProcess  # noqa: PLC0415  (the other processes need no OpenCV)
    from kiosk.vitals.sources import open_face_source  # noqa: PLC0415  (only this verb needs it)

    named = load_settings(options.data).face_camera
    VitalsProcess(options.data, lambda: open_face_source(named)).run()
    return 0


@asynccontextmanager
async def _open_radio(settings: Settings) -> "AsyncGenerator[Radio]":
    if settings.devices == "virtual":
        from kiosk.virtual.ward import open_ward  # noqa: PLC0415  (a kiosk in a clinic has no bumble)

        async with open_ward(settings.zone) as radio:
            yield radio
    else:
        from kiosk.devices.radio import Radio  # noqa: PLC0415  (the other processes need no bleak)

        yield Radio()


def run_uplink(options: argparse.Namespace) -> int:
    from kiosk.fleet.heart import Heart  # noqa: PLC0415  (only this verb needs it)
    from kiosk.uplink.opening import open_sending  # noqa: PLC0415  (only this verb needs it)

    async def work() -> None:
        settings, spool = load_settings(options.data), open_spool(options.data / SPOOL).spool
        async with open_sending(options.data, settings, spool) as sending, asyncio.TaskGroup() as group:
            group.create_task(sending.run())
            if not settings.demo_person:
                group.create_task(Heart(options.data, spool, sending.server).run())

    asyncio.run(work())
    return 0


def run_screen(options: argparse.Namespace) -> int:
    from kiosk.ui.app import create_app  # noqa: PLC0415  (only this verb needs it)
    from kiosk.ui.desk import Desk  # noqa: PLC0415  (only this verb needs it)
    from kiosk.ui.http import LoopbackServer  # noqa: PLC0415  (only this verb needs it)
    from kiosk.uplink.clinic import Clinic  # noqa: PLC0415  (only this verb needs it)

    folder, settings = options.data, load_settings(options.data)
    spool = open_spool(folder / SPOOL).spool
    desk = Desk(folder, settings, spool, Clinic(folder, settings))
    threading.Thread(target=_look_after, args=(desk,), daemon=True).start()
    LoopbackServer(settings.port, create_app(desk)).serve_forever()
    return 0


def run_call(options: argparse.Namespace) -> int:
    from kiosk.call.process import CallProcess  # noqa: PLC0415  (only this verb needs it)
    from kiosk.uplink.opening import open_authorizer  # noqa: PLC0415  (only this verb needs it)
    from kiosk.uplink.server import Server, open_http  # noqa: PLC0415  (only this verb needs it)

    async def work() -> None:
        settings, spool = load_settings(options.data), open_spool(options.data / SPOOL).spool
        async with open_http(settings.server_url) as http:
            server = Server(http, open_authorizer(options.data, settings))
            await CallProcess(options.data, settings, spool, server).run()

    asyncio.run(work())
    return 0


def run_keep(options: argparse.Namespace) -> int:
    from kiosk.update.keeping import keep  # noqa: PLC0415  (only this verb needs it)

    return keep(make_folder(options.data.absolute()))


def run_update(options: argparse.Namespace) -> int:
    from kiosk.update.turning import turn  # noqa: PLC0415  (only this verb needs it)

    state = turn(options.data.absolute(), again=options.again)
    sys.stdout.write(f"{state.phase}{f': {state.trouble}' if state.trouble else ''}\n")
    return 0


def run_check(options: argparse.Namespace) -> int:
    from kiosk.update.checking import look  # noqa: PLC0415  (only this verb needs it)

    ailment = look(options.data, options.data / SPOOL)
    sys.stdout.write(f"{ailment or ''}\n")
    return 0 if ailment is None else EXIT_FAULT


def run_claim(options: argparse.Namespace) -> int:
    """Writes the first settings where there are none, then waits for the yes."""
    from kiosk.fleet.claiming import claim  # noqa: PLC0415  (only this verb needs it)
    from kiosk.update.turning import pin_root  # noqa: PLC0415  (only this verb needs it)
    from kiosk.uplink.server import open_http  # noqa: PLC0415  (only this verb needs it)

    server_url, code = _claimed(options)
    folder = make_folder(options.data.absolute())
    if not (folder / SETTINGS_FILE).exists():
        given = {"server_url": server_url, "region": options.region, "zone": options.zone}
        try:
            first = msgspec.convert(given, Settings)
        except msgspec.ValidationError as error:
            raise SettingsRefused(f"--server, --region and --zone: {error}") from error
        write_durable(folder / SETTINGS_FILE, msgspec.json.encode(first))

    async def work() -> None:
        async with open_http(server_url) as http:
            await claim(folder, http, code, lambda line: print(line, flush=True))  # noqa: T201  (for who stands there)

    asyncio.run(work())
    pin_root(folder, server_url, options.root)
    return 0


def _claimed(options: argparse.Namespace) -> tuple[str, str]:
    try:
        return read_claim_link(options.code)
    except ValueError:
        if not options.server:
            raise SettingsRefused("a code that was typed needs --server") from None
        return options.server, clean_code(options.code)


def add_worker(options: argparse.Namespace) -> int:
    """Asks for the PIN, or reads it from standard input where nobody sits."""
    from kiosk.ui.workers import PinRefused, Workers  # noqa: PLC0415  (only this verb needs it)

    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    try:
        Workers(make_folder(options.data)).add(options.name, pin, options.person)
    except PinRefused as refused:
        sys.stderr.write(f"kiosk: {refused}\n")
        return EXIT_FAULT
    return 0


def run_demo(options: argparse.Namespace) -> int:
    from kiosk.ui.workers import Workers  # noqa: PLC0415  (only this verb needs it)

    folder = make_folder(options.data.absolute())
    settings = Settings(
        server_url=options.server,
        region="SL-W",
        zone="Africa/Freetown",
        port=options.port,
        camera=options.camera,
        devices="virtual",
        face_camera="drawn",
        is_pulse_offered=True,
        demo_person=DEMO_PERSON,
        sticks=str(make_folder(folder / "sticks" / "stick").parent),
    )
    write_durable(folder / SETTINGS_FILE, msgspec.json.encode(settings))
    workers = Workers(folder)
    if not workers.all():
        workers.add(DEMO_PERSON, DEMO_PIN)
    sys.stdout.write(
        "\nCareferry kiosk, demonstration: cameras and devices are made up; not for real patients.\n"
        f"  The screen:     http://127.0.0.1:{options.port}\n"
        f"  Sign in as:     {DEMO_PERSON}, PIN {DEMO_PIN}\n"
        f"  Sends to:       {options.server} (run ./dev demo there)\n"
        f"  Data, sealed:   {folder}\n"
        "  Stop with Ctrl-C; what was confirmed is still there afterwards.\n"
    )
    sys.stdout.flush()
    return Supervisor(folder, has_pulse=settings.has_pulse).run()


def _look_after(desk: "Desk") -> None:
    while True:
        time.sleep(LOOK_EVERY_S)
        with desk.lock:
            desk.wipe_if_idle()
        desk.stay_in_touch()


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
