// This person's camera and microphone, chosen, muted and put away; each may be missing, and the call goes on.

export interface LocalMedia {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
}

/** Why there is none: the person or the browser said no, there is no such device, or another program holds it. */
export type Trouble = "refused" | "none" | "busy";
export type Kind = keyof LocalMedia;

const CONSTRAINTS: Record<Kind, MediaTrackConstraints> = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24 } },
};

export class LocalDevices {
  readonly media: LocalMedia = { microphone: null, camera: null };
  readonly troubles: Partial<Record<Kind, Trouble>> = {};

  constructor(private readonly onChange: () => void) {
    navigator.mediaDevices.addEventListener("devicechange", () => this.onChange());
  }

  async open(): Promise<void> {
    // One question where both are allowed; one by one where not, so that a camera's no is not the microphone's.
    const both = await this.ask({ audio: CONSTRAINTS.microphone, video: CONSTRAINTS.camera }).catch(() => undefined);
    if (both) {
      this.take("microphone", both.getAudioTracks()[0]);
      this.take("camera", both.getVideoTracks()[0]);
    } else {
      await this.choose("microphone");
      await this.choose("camera");
    }
  }

  /** Another device, or the same again after trouble. */
  async choose(kind: Kind, deviceId?: string): Promise<void> {
    const wanted = { ...CONSTRAINTS[kind], ...(deviceId ? { deviceId: { exact: deviceId } } : {}) };
    try {
      const stream = await this.ask(kind === "microphone" ? { audio: wanted } : { video: wanted });
      this.take(kind, stream.getTracks()[0]);
    } catch (error) {
      this.troubles[kind] = troubleOf(error);
      this.onChange();
    }
  }

  /** Whether this person is heard or seen, where there is a device for it. */
  isOn(kind: Kind): boolean {
    return this.media[kind]?.enabled ?? false;
  }

  turn(kind: Kind, isOn: boolean): void {
    const track = this.media[kind];
    if (track) track.enabled = isOn;
    this.onChange();
  }

  async list(kind: Kind): Promise<MediaDeviceInfo[]> {
    const wanted = kind === "microphone" ? "audioinput" : "videoinput";
    return (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === wanted);
  }

  close(): void {
    this.media.microphone?.stop();
    this.media.camera?.stop();
  }

  private ask(constraints: MediaStreamConstraints): Promise<MediaStream> {
    return navigator.mediaDevices.getUserMedia(constraints);
  }

  private take(kind: Kind, track: MediaStreamTrack | undefined): void {
    const wasOn = this.media[kind]?.enabled ?? true;
    this.media[kind]?.stop();
    this.media[kind] = track ?? null;
    if (track) {
      track.enabled = wasOn;
      track.addEventListener("ended", () => this.lose(kind, track));
      delete this.troubles[kind];
    }
    this.onChange();
  }

  private lose(kind: Kind, track: MediaStreamTrack): void {
    if (this.media[kind] !== track) return;
    this.media[kind] = null;
    this.troubles[kind] = "none";
    this.onChange();
  }
}

function troubleOf(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "refused";
}
