// One generation of a leg: a peer connection that is never mended, only replaced.

import type { LocalMedia } from "../media/local";
import { askingFor, redundantFirst, type Voice } from "./sdp";

const TALK_ID = 0;
const PIECES_ID = 1;
const CODECS = new Set(["audio/red", "audio/opus", "video/vp8", "video/rtx"]);

export interface Listener {
  onState(state: RTCPeerConnectionState): void;
  onCandidate(candidate: RTCIceCandidate | null): void;
  onTrack(track: MediaStreamTrack): void;
}

export class Connection {
  readonly peer: RTCPeerConnection;
  /** In order and whole: chat, pointers, reports. */
  readonly talk: RTCDataChannel;
  /** What is lost is asked for again by its receiver, so that a picture in pieces never holds up a voice. */
  readonly pieces: RTCDataChannel;
  private remote: RTCSessionDescriptionInit | undefined;
  private voice: Voice | undefined;
  private readonly early: RTCIceCandidateInit[] = [];

  constructor(
    readonly generation: number,
    configuration: RTCConfiguration,
    listener: Listener,
  ) {
    this.peer = new RTCPeerConnection({ ...configuration, bundlePolicy: "max-bundle" });
    this.talk = this.peer.createDataChannel("talk", { negotiated: true, id: TALK_ID });
    const unrepeated = { negotiated: true, id: PIECES_ID, ordered: false, maxRetransmits: 0 };
    this.pieces = this.peer.createDataChannel("pieces", unrepeated);
    this.pieces.binaryType = "arraybuffer";
    this.peer.onconnectionstatechange = () => listener.onState(this.peer.connectionState);
    this.peer.onicecandidate = ({ candidate }) => listener.onCandidate(candidate);
    this.peer.ontrack = ({ track }) => listener.onTrack(track);
  }

  /** Nothing of the camera or the microphone is in it yet. */
  async offer(): Promise<string> {
    for (const kind of ["audio", "video"]) this.peer.addTransceiver(kind, { direction: "sendrecv" });
    this.preferFew();
    await this.peer.setLocalDescription();
    return this.peer.localDescription?.sdp ?? "";
  }

  /** To a description whose signature was checked. */
  async answer(sdp: string, voice: Voice): Promise<string> {
    await this.heed({ type: "offer", sdp }, voice);
    for (const transceiver of this.peer.getTransceivers()) transceiver.direction = "sendrecv";
    this.preferFew();
    await this.peer.setLocalDescription();
    return this.peer.localDescription?.sdp ?? "";
  }

  /** Of a description whose signature was checked. */
  async accept(sdp: string, voice: Voice): Promise<void> {
    await this.heed({ type: "answer", sdp }, voice);
  }

  /** Another voice from now on, agreed with nobody: each end sends as its own link allows. */
  async retune(voice: Voice): Promise<void> {
    const isSame = voice.bitsPerS === this.voice?.bitsPerS && voice.packetMs === this.voice.packetMs;
    if (!this.remote || isSame || this.peer.signalingState !== "stable") return;
    if (this.remote.type === "answer") await this.peer.setLocalDescription(await this.peer.createOffer());
    await this.heed(this.remote, voice);
    if (this.remote.type === "offer") await this.peer.setLocalDescription(await this.peer.createAnswer());
  }

  async addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (!this.peer.remoteDescription) {
      this.early.push(candidate);
      return;
    }
    // One that cannot be read is a way that is not tried; the others may lead.
    await this.peer.addIceCandidate(candidate).catch(() => undefined);
  }

  async attach(media: LocalMedia): Promise<void> {
    for (const { sender, receiver } of this.peer.getTransceivers()) {
      await sender.replaceTrack(receiver.track.kind === "audio" ? media.microphone : media.camera);
    }
  }

  /** How long to wait for a packet that the next one brings again: only where packets are long. */
  waitForVoice(ms: number | null): void {
    const receiver = this.peer.getReceivers().find(({ track }) => track.kind === "audio");
    if (receiver && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = ms;
  }

  senderOf(kind: string): RTCRtpSender | undefined {
    return this.peer.getTransceivers().find(({ receiver }) => receiver.track.kind === kind)?.sender;
  }

  close(): void {
    this.peer.onconnectionstatechange = this.peer.onicecandidate = this.peer.ontrack = null;
    this.peer.close();
  }

  /** What every end has, and no more: a description with all that Chromium knows takes seconds on a bad link. */
  private preferFew(): void {
    for (const transceiver of this.peer.getTransceivers()) {
      const known = RTCRtpReceiver.getCapabilities(transceiver.receiver.track.kind)?.codecs ?? [];
      transceiver.setCodecPreferences(known.filter(({ mimeType }) => CODECS.has(mimeType.toLowerCase())));
    }
  }

  private async heed(description: RTCSessionDescriptionInit, voice: Voice): Promise<void> {
    const sdp = redundantFirst(askingFor(description.sdp ?? "", voice));
    await this.peer.setRemoteDescription({ type: description.type, sdp });
    this.remote = description;
    this.voice = voice;
    for (const candidate of this.early.splice(0)) await this.addCandidate(candidate);
  }
}
