// A voice as this browser records it, kept again every few seconds: a tab that dies loses those, not what was said before.

import { type AboutCase, beginVoice, keepVoice } from "../../../../../mobile_bridge/app/send/messages";
import { deleteDraft } from "../../../../../mobile_bridge/app/store/drafts";
import type { Draft } from "../../../../../mobile_bridge/app/store/model";

const KEEP_EVERY_MS = 2_000;
const LONGEST_S = 300;
const BITS_PER_S = 24_000;
/** Those that the server takes, in the order of what they cost on a bad link; Safari has the last alone. */
const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

export class CannotRecord extends Error {}

export class VoiceRecording {
  private readonly pieces: Blob[] = [];
  private readonly startedMs = performance.now();
  private readonly stopped: Promise<void>;
  private keeping: Promise<void> = Promise.resolve();
  private failure: unknown;

  private constructor(
    private draft: Draft,
    private readonly track: MediaStreamTrack,
    private readonly recorder: MediaRecorder,
    onStopped: () => void,
  ) {
    recorder.ondataavailable = ({ data }) => this.take(data);
    this.stopped = new Promise((resolve) => {
      recorder.onstop = () => {
        this.track.stop();
        resolve();
        onStopped();
      };
    });
    recorder.start(KEEP_EVERY_MS);
  }

  /** A copy of the microphone, heard also where the call has it muted: who presses *record* wants to be heard. */
  static begin(microphone: MediaStreamTrack, owner: string, about: AboutCase, onStopped: () => void): VoiceRecording {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    if (!mimeType) throw new CannotRecord();
    const track = microphone.clone();
    track.enabled = true;
    const recorder = new MediaRecorder(new MediaStream([track]), { mimeType, audioBitsPerSecond: BITS_PER_S });
    const mediaType = mimeType.split(";")[0] as string;
    return new VoiceRecording(beginVoice(owner, about, mediaType), track, recorder, onStopped);
  }

  get id(): string {
    return this.draft.id;
  }

  get lastsS(): number {
    return Math.floor((performance.now() - this.startedMs) / 1_000);
  }

  get isTooLong(): boolean {
    return this.lastsS >= LONGEST_S;
  }

  /** What was said until now, durable; throws what kept it from being kept (PhoneFull). */
  async finish(): Promise<Draft> {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.stopped;
    await this.keeping;
    if (this.failure !== undefined) throw this.failure;
    return this.draft;
  }

  /** Nothing of it stays. */
  async throwAway(): Promise<void> {
    const draft = await this.finish().catch(() => this.draft);
    if (draft.revision > 0) await deleteDraft(draft);
  }

  private take(piece: Blob): void {
    if (piece.size === 0) return;
    this.pieces.push(piece);
    const lastsS = this.lastsS;
    this.keeping = this.keeping.then(async () => {
      const whole = new Blob(this.pieces, { type: this.draft.voices?.[0]?.mediaType ?? "" });
      try {
        this.draft = await keepVoice(this.draft, whole, lastsS);
        this.failure = undefined;
      } catch (error) {
        this.failure = error;
      }
    });
  }
}
