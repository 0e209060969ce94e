// One connection in use: what is said on it, the pictures that cross it, and the rung of the ladder on which it is sent.

import type { PictureOffer, Talk } from "../contract/talk";
import { readTalk } from "../contract/talk";
import type { Connection } from "../leg/connection";
import type { LocalMedia } from "../media/local";
import { begin, packetMsOn, type Rung, rungOf, type Standing, step } from "./ladder";
import { Meter } from "./meter";
import { PieceReceiver, PieceSender } from "./pieces";

const LOOK_EVERY_MS = 1_000;
const SHORT_PACKET_MS = 20;
const REPEATED_WITHIN_MS = 240;

export interface ConversationListener {
  onTalk(talk: Talk): void;
  onPicture(offer: PictureOffer, content: Blob): void;
  onProgress(offer: PictureOffer, share: number): void;
  onRung(rung: Rung): void;
}

export class Conversation {
  standing: Standing;
  private readonly meter: Meter;
  private readonly sender: PieceSender;
  private readonly receiver: PieceReceiver;
  private readonly timer: number;
  private freshAtMs = 0;
  private pictures = 0;

  constructor(
    private readonly connection: Connection,
    private readonly media: () => LocalMedia,
    private readonly listener: ConversationListener,
    before: Standing | undefined,
  ) {
    this.standing = before ?? begin(performance.now() / 1_000);
    this.meter = new Meter(connection);
    this.sender = new PieceSender(() => connection.pieces, () => rungOf(this.standing).pictureBitsPerS);
    this.receiver = new PieceReceiver(
      (talk) => this.say(talk),
      (offer, content) => listener.onPicture(offer, content),
      (offer, share) => listener.onProgress(offer, share),
    );
    connection.talk.onopen = () => this.enter();
    connection.talk.onmessage = ({ data }) => this.hear(data);
    connection.pieces.onmessage = ({ data }) => {
      if (typeof data === "string") this.hear(data);
      else this.receiver.take(data as ArrayBuffer);
    };
    this.timer = window.setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** False where it cannot be said just now. */
  say(talk: Talk): boolean {
    if (this.connection.talk.readyState !== "open") return false;
    this.connection.talk.send(JSON.stringify(talk));
    return true;
  }

  /** Which rung this end sends on, and what of it is the person's own wish. */
  tell(): void {
    const { microphone, camera } = this.media();
    const [isMuted, isWithoutPicture] = [!microphone?.enabled, !camera?.enabled];
    this.say({ kind: "sending", rung: rungOf(this.standing).name, isMuted, isWithoutPicture });
  }

  close(): void {
    clearInterval(this.timer);
    this.receiver.close();
    this.connection.talk.onmessage = this.connection.pieces.onmessage = null;
  }

  private hear(data: unknown): void {
    const talk = readTalk(data);
    if (!talk) return;
    switch (talk.kind) {
      case "report":
        return this.meter.hear(talk);
      case "picture":
        return this.receiver.expect(talk);
      case "missing":
        return this.sender.again(talk);
      case "arrived":
        return this.sender.forget(talk.number);
      case "sending":
        this.connection.waitForVoice(packetMsOn(talk.rung) > SHORT_PACKET_MS ? REPEATED_WITHIN_MS : null);
        return this.listener.onTalk(talk);
      default:
        this.listener.onTalk(talk);
    }
  }

  private async look(): Promise<void> {
    if (this.connection.talk.readyState !== "open") return;
    // One that is late is worth nothing: it is never said again, and holds up nothing.
    const report = JSON.stringify(await this.meter.report());
    if (this.connection.pieces.readyState === "open") this.connection.pieces.send(report);
    const before = this.standing.rung;
    this.standing = step(this.standing, this.meter.look());
    if (this.standing.rung !== before) this.enter();
    await this.sendFresh();
  }

  /** Send as the rung and the person wish, from now on. */
  enter(): void {
    const rung = rungOf(this.standing);
    void this.apply(rung);
    this.tell();
    this.listener.onRung(rung);
  }

  private async apply(rung: Rung): Promise<void> {
    const voice = this.connection.senderOf("audio");
    if (voice) await limit(voice, { maxBitrate: rung.voiceBitsPerS });
    await this.connection.retune({ bitsPerS: rung.voiceBitsPerS, packetMs: rung.packetMs }).catch(() => undefined);
    const picture = this.connection.senderOf("video");
    const camera = this.media().camera;
    if (!picture) return;
    await picture.replaceTrack(rung.video ? camera : null);
    if (!rung.video || !camera) return;
    const height = camera.getSettings().height ?? rung.video.heightPx;
    const { bitsPerS: maxBitrate, framesPerS: maxFramerate, heightPx } = rung.video;
    await limit(picture, { maxBitrate, maxFramerate, scaleResolutionDownBy: Math.max(1, height / heightPx) });
  }

  private async sendFresh(): Promise<void> {
    const { stillEveryS } = rungOf(this.standing);
    const camera = this.media().camera;
    if (!stillEveryS || !camera?.enabled || this.sender.isBusy || performance.now() - this.freshAtMs < 1_000 * stillEveryS) return;
    this.freshAtMs = performance.now();
    const { still } = await import("../media/still");
    const content = await still(camera);
    const digest = await crypto.subtle.digest("SHA-256", content);
    const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const number = ++this.pictures;
    this.say({ kind: "picture", number, purpose: "fresh", mediaType: "image/webp", sizeBytes: content.length, sha256 });
    this.sender.offer(number, content);
  }
}

async function limit(sender: RTCRtpSender, limits: RTCRtpEncodingParameters): Promise<void> {
  const parameters = sender.getParameters();
  if (parameters.encodings.length === 0) return;
  Object.assign(parameters.encodings[0] as RTCRtpEncodingParameters, limits);
  // A connection that closed meanwhile has nothing to limit any more.
  await sender.setParameters(parameters).catch(() => undefined);
}
