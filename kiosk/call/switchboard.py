"""What a kiosk asks the server about calls: to ring somebody, how it stands, and each step of a call's life."""

from uuid import UUID

import msgspec

from kiosk.uplink.server import Server
from server.contract.call import CALLS_PATH, CallCard, CallTaken, CallWanted, RingingCall
from server.contract.case import ConsentGiven

JSON = {"Content-Type": "application/json"}


class Switchboard:
    """Each verb passes on NoLink, NotLetIn and Refused."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def want(self, wanted: CallWanted) -> CallCard:
        """Asked twice it is one call; of a case that has a call already, that one."""
        return await self._card("POST", CALLS_PATH, wanted)

    async def card(self, call_id: UUID) -> CallCard:
        return await self._card("GET", f"{CALLS_PATH}/{call_id}")

    async def answer(self, call_id: UUID, consent: ConsentGiven | None) -> CallCard:
        return await self._card("POST", f"{CALLS_PATH}/{call_id}/answer", CallTaken(consent=consent))

    async def wait_again(self, call_id: UUID) -> CallCard:
        return await self._card("POST", f"{CALLS_PATH}/{call_id}/again")

    async def end(self, call_id: UUID) -> None:
        """For all; while nobody has answered, nobody is wanted any more."""
        await self._card("POST", f"{CALLS_PATH}/{call_id}/end")

    async def decline(self, call_id: UUID) -> None:
        await self._server.ask("POST", f"{CALLS_PATH}/{call_id}/decline")

    async def ringing(self) -> tuple[RingingCall, ...]:
        answer = await self._server.ask("GET", f"{CALLS_PATH}/ringing")
        return msgspec.json.decode(answer.content, type=tuple[RingingCall, ...])

    async def _card(self, method: str, path: str, said: CallWanted | CallTaken | None = None) -> CallCard:
        content = msgspec.json.encode(said) if said is not None else None
        answer = await self._server.ask(method, path, content=content, headers=JSON if said is not None else None)
        return msgspec.json.decode(answer.content, type=CallCard)
