"""One turn of the updater as a process: from the kiosk's settings, its group's wish, its link and its sticks."""

from pathlib import Path

import msgspec
from tuf.api.exceptions import DownloadError

from kiosk.faults import KioskFault
from kiosk.fleet.heard import is_heard_lately
from kiosk.fleet.heart import read_group
from kiosk.settings import load_settings
from kiosk.spool.files import make_folder, write_durable
from kiosk.spool.opening import open_spool
from kiosk.supervisor import SPOOL
from kiosk.update.repository import PINNED, Repository, Untrusted
from kiosk.update.slots import Program
from kiosk.update.sources import ClockWrong, Later, LinkSource, open_link, stick_folders
from kiosk.update.state import State
from kiosk.update.updating import Updater
from kiosk.uplink.allowance import Allowance


class RootRefused(KioskFault):
    code = "root-refused"
    title = "What the server offers as the updates’ first root is none"
    kept = "This kiosk is registered; it believes no update yet."
    next_step = "Give it the file that `careferry fleet release init` named, with --root."


def turn(folder: Path, *, again: bool = False) -> State:
    """What there is to do now, from a stick or over the link; the state afterwards.

    `again` tries also what this kiosk went back from: somebody stands there and says so.
    """
    settings, group, program = load_settings(folder), read_group(folder), Program(folder)
    if again:
        program.save(msgspec.structs.replace(program.load(), faulty={}))
    spool = open_spool(folder / SPOOL).spool
    allowance = Allowance(spool, settings.link, settings.zone)
    with open_link(settings.server_url) as http:
        updater = Updater(
            folder,
            group.settings.program_version if group else "",
            link=LinkSource(http, allowance.is_open_for_updates, allowance.count),
            sticks=stick_folders(Path(settings.sticks)),
            is_heard=is_heard_lately(folder),
        )
        try:
            return updater.turn()
        finally:
            spool.close()


def pin_root(folder: Path, server_url: str, given: Path | None = None) -> None:
    """Believe the image's root, or, while an administrator looks, the server's; none is no fault: it may come later."""
    program = make_folder(Program(folder).folder)
    if given is not None:
        write_durable(program / PINNED, given.read_bytes())
        return
    with open_link(server_url) as http:
        try:
            Repository(program, LinkSource(http)).pin()
        except (DownloadError, Later, ClockWrong):
            return
        except Untrusted as error:
            raise RootRefused(str(error)) from error
