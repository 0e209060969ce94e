"""Tells the server how the kiosk is, keeps the settings its group wants, and carries out what is commanded."""

import asyncio
from pathlib import Path
from uuid import UUID

import msgspec

from kiosk.fleet.health import Around, look_around, measure
from kiosk.fleet.heard import note_heard
from kiosk.fleet.log_bundle import send_logs
from kiosk.fleet.logbook import Logbook
from kiosk.fleet.wiping import forget_name, wipe
from kiosk.settings import GROUP_FILE, GroupSettings
from kiosk.spool.files import write_durable
from kiosk.spool.spool import Spool
from kiosk.update.slots import Program
from kiosk.uplink.authorizer import NotLetIn
from kiosk.uplink.backoff import Backoff
from kiosk.uplink.server import NoLink, Refused, Server
from server.contract.fleet import HEARTBEAT_PATH, Command, CommandKind, Heartbeat, HeartbeatAnswer, ReportedError

JSON = {"Content-Type": "application/json"}


class Heart:
    def __init__(self, folder: Path, spool: Spool, server: Server) -> None:
        self._folder = folder
        self._spool = spool
        self._server = server
        self._backoff = Backoff()
        self._done: list[UUID] = []
        self._log = Logbook(folder)

    async def run(self) -> None:
        wait_s = 0.0
        while True:
            await asyncio.sleep(wait_s)
            wait_s = await self.turn()

    async def turn(self) -> float:
        """One beat; how long to wait before the next."""
        try:
            answer = await self.beat()
        except (NoLink, NotLetIn, Refused) as error:
            self._log.note("heartbeat.failed", "warning", error=error)
            return self._backoff.next_s(error.again_after_s if isinstance(error, NoLink) else 0.0)
        self._backoff.reset()
        return answer.next_in_s if not self._done else 0.0

    async def beat(self) -> HeartbeatAnswer:
        """NoLink, NotLetIn or Refused where the server took nothing: then what was done is told again."""
        around = await asyncio.to_thread(look_around, self._folder)
        content = msgspec.json.encode(self._report(around))
        told = await self._server.ask("POST", HEARTBEAT_PATH, content=content, headers=JSON)
        answer = msgspec.json.decode(told.content, type=HeartbeatAnswer)
        if self._done:
            forget_name(self._folder)
        self._done.clear()
        if answer.settings is not None:
            wanted = GroupSettings(version=answer.settings_version, settings=answer.settings)
            write_durable(self._folder / GROUP_FILE, msgspec.json.encode(wanted))
        note_heard(self._folder)
        for command in answer.commands:
            await self._carry_out(command)
        return answer

    def _report(self, around: Around) -> Heartbeat:
        """How the kiosk is, with what became of its last update and what keeps it from the next."""
        group, update = read_group(self._folder), Program(self._folder).load()
        trouble = (ReportedError(code=f"update-{update.trouble}", count=1),) if update.trouble else ()
        return msgspec.structs.replace(
            measure(self._folder, self._spool, around),
            settings_version=group.version if group else None,
            update=update.outcome,
            errors=trouble,
            done=tuple(self._done),
        )

    async def _carry_out(self, command: Command) -> None:
        """What this kiosk cannot do stays asked for: the administrator sees that it was not done."""
        match command.kind:
            case CommandKind.WIPE:
                wipe(self._folder)
                self._done.append(command.command_id)
            case CommandKind.SEND_LOGS:
                await send_logs(self._server, self._folder, command.command_id)


def read_group(folder: Path) -> GroupSettings | None:
    """None before the first heartbeat, and where the file does not say."""
    try:
        return msgspec.json.decode((folder / GROUP_FILE).read_bytes(), type=GroupSettings)
    except (OSError, msgspec.MsgspecError):
        return None
