"""One generation of a leg: a peer connection that is never mended, only replaced."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamTrack
from aiortc.sdp import candidate_from_sdp

from kiosk.call.sdp import VoiceNumbers, as_heard, as_said, let_numbers_be_low, numbers_in
from kiosk.call.voice_repair import VoiceRepair, mend_voice
from server.contract.call import Candidate, TurnServer
from server.contract.call_talk import PIECES_CHANNEL, TALK_CHANNEL

PACKET_MS = 60
"""Of the voice that this end wants to hear: a kiosk's link is slow more often than not."""


class Media(Protocol):
    """What this end sends: a track of each kind for one connection."""

    def voice(self, opus_number: int | None) -> MediaStreamTrack:
        """In redundant packets that name Opus by this number, or plain."""
        ...

    def picture(self) -> MediaStreamTrack: ...


class Listener(Protocol):
    def on_state(self, connection: "Connection", state: str) -> None: ...

    def on_track(self, connection: "Connection", track: MediaStreamTrack) -> None: ...


class Connection:
    def __init__(self, generation: int, relays: Sequence[TurnServer], *, is_relayed: bool, listener: Listener) -> None:
        let_numbers_be_low()
        self.generation = generation
        self.peer = RTCPeerConnection(_configuration(relays, is_relayed=is_relayed))
        self.talk = self.peer.createDataChannel("talk", negotiated=True, id=TALK_CHANNEL)
        self.pieces = self.peer.createDataChannel(
            "pieces", negotiated=True, id=PIECES_CHANNEL, ordered=False, maxRetransmits=0
        )
        self.repair: VoiceRepair | None = None
        self.numbers: VoiceNumbers | None = None
        self._is_described = False
        self._early: list[Candidate] = []
        self._listener = listener
        self.peer.on("connectionstatechange", self._note_state)
        self.peer.on("track", self._note_track)

    async def offer(self) -> str:
        """Nothing of the camera or the microphone is in it yet."""
        for kind in ("audio", "video"):
            self.peer.addTransceiver(kind, direction="sendrecv")
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return as_said(self.peer.localDescription.sdp, PACKET_MS, None)

    async def answer(self, sdp: str) -> str:
        """To a description whose signature was checked."""
        await self._heed("offer", sdp)
        for transceiver in self.peer.getTransceivers():
            transceiver.direction = "sendrecv"
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return as_said(self.peer.localDescription.sdp, PACKET_MS, self.numbers)

    async def accept(self, sdp: str) -> None:
        """Of a description whose signature was checked."""
        await self._heed("answer", sdp)

    @property
    def awaits_answer(self) -> bool:
        return self.peer.signalingState == "have-local-offer"

    def attach(self, media: Media) -> None:
        for transceiver in self.peer.getTransceivers():
            is_voice = transceiver.kind == "audio"
            transceiver.sender.replaceTrack(media.voice(self.opus_number) if is_voice else media.picture())

    def sender_of(self, kind: str) -> RTCRtpSender | None:
        return next((each.sender for each in self.peer.getTransceivers() if each.kind == kind), None)

    async def add_candidate(self, told: Candidate) -> None:
        if not self._is_described:
            self._early.append(told)
            return
        if not told.candidate:
            return
        try:
            candidate = candidate_from_sdp(told.candidate.removeprefix("candidate:"))
        except (ValueError, IndexError, AssertionError):
            # A way that cannot be read is not tried; the others may lead.
            return
        candidate.sdpMid, candidate.sdpMLineIndex = told.sdp_mid, told.sdp_m_line_index
        await self.peer.addIceCandidate(candidate)

    async def close(self) -> None:
        self.peer.remove_all_listeners()
        await self.peer.close()

    def _note_state(self) -> None:
        self._listener.on_state(self, self.peer.connectionState)

    def _note_track(self, track: MediaStreamTrack) -> None:
        self._listener.on_track(self, track)

    async def _heed(self, type_: str, sdp: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=as_heard(sdp), type=type_))
        self._is_described = True
        self.numbers = numbers_in(sdp)
        self._mend()
        for each in self._early:
            await self.add_candidate(each)
        self._early.clear()

    def _mend(self) -> None:
        receiver = next((each.receiver for each in self.peer.getTransceivers() if each.kind == "audio"), None)
        if receiver is not None and self.numbers is not None:
            self.repair = mend_voice(receiver, is_redundant=self.opus_number is not None)

    @property
    def opus_number(self) -> int | None:
        """Inside redundant packets, both ways; None where a voice goes without them."""
        return self.numbers.opus if self.numbers is not None and self.numbers.red is not None else None


def _configuration(relays: Sequence[TurnServer], *, is_relayed: bool) -> RTCConfiguration:
    servers = [
        RTCIceServer(urls=list(relay.urls), username=relay.username, credential=relay.credential) for relay in relays
    ]
    policy = RTCIceTransportPolicy.RELAY if is_relayed else RTCIceTransportPolicy.ALL
    return RTCConfiguration(iceServers=servers, iceTransportPolicy=policy)


def is_open(channel: RTCDataChannel) -> bool:
    return channel.readyState == "open"


async def close_later(connection: Connection) -> None:
    """Closing says goodbye over the link, which may take long on a bad one: nobody waits for it."""
    async with asyncio.timeout(10):
        await connection.close()
