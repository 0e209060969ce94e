// What is tried before a call. Each probe gives a code that the page has words for; nothing leaves the device but a
// fetch of our own file and what reaches the relay needs.

const FRAME_WITHIN_MS = 6000;
const HEARD_WITHIN_MS = 4000;
const RELAY_WITHIN_MS = 8000;
/** Of a byte's range: a covered lens and a dark room look alike. */
const BLACK_BELOW = 12;
/** Of a sample's range: the noise of a quiet room stays below, a voice does not. */
const HEARD_ABOVE = 0.03;
const VIDEO_KBPS = 600;
const SOUND_KBPS = 64;

export interface Relay {
  urls: string[];
  username: string;
  credential: string;
}

export type Found = "good" | "soundOnly" | "tooSlow" | "black" | "silent" | "none" | "refused" | "absent";

export async function tryCamera(picture: HTMLVideoElement): Promise<Found> {
  const stream = await open({ video: true });
  if (typeof stream === "string") return stream;
  picture.srcObject = stream;
  picture.hidden = false;
  try {
    await picture.play();
    return await within(FRAME_WITHIN_MS, () => brightness(picture) >= BLACK_BELOW, "black");
  } finally {
    stop(stream);
    picture.hidden = true;
    picture.srcObject = null;
  }
}

export async function tryMicrophone(): Promise<Found> {
  const stream = await open({ audio: true });
  if (typeof stream === "string") return stream;
  const context = new AudioContext();
  try {
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const isHeard = () => {
      analyser.getFloatTimeDomainData(samples);
      return samples.some((sample) => Math.abs(sample) > HEARD_ABOVE);
    };
    return await within(HEARD_WITHIN_MS, isHeard, "silent");
  } finally {
    stop(stream);
    await context.close();
  }
}

/** How fast our own file comes, past every cache. */
export async function tryLink(address: string): Promise<Found> {
  const started_ms = performance.now();
  const response = await fetch(address, { cache: "no-store" }).catch(() => undefined);
  const bytes = await response?.arrayBuffer().catch(() => undefined);
  if (!response?.ok || bytes === undefined) return "none";
  const kbps = (bytes.byteLength * 8) / Math.max(performance.now() - started_ms, 1);
  if (kbps >= VIDEO_KBPS) return "good";
  return kbps >= SOUND_KBPS ? "soundOnly" : "tooSlow";
}

/** Whether a relay gives this device an address to be reached at. */
export async function tryRelay(relays: Relay[]): Promise<Found> {
  if (relays.length === 0) return "absent";
  const connection = new RTCPeerConnection({ iceServers: relays, iceTransportPolicy: "relay" });
  let isReached = false;
  connection.addEventListener("icecandidate", ({ candidate }) => {
    isReached ||= Boolean(candidate?.candidate);
  });
  try {
    connection.createDataChannel("check");
    await connection.setLocalDescription();
    return await within(RELAY_WITHIN_MS, () => isReached, "none");
  } finally {
    connection.close();
  }
}

async function open(wanted: MediaStreamConstraints): Promise<MediaStream | Found> {
  if (!navigator.mediaDevices) return "refused"; // a page that is not secure
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    return error instanceof DOMException && error.name === "NotAllowedError" ? "refused" : "none";
  }
}

function brightness(picture: HTMLVideoElement): number {
  const canvas = document.createElement("canvas");
  canvas.width = 32;
  canvas.height = 24;
  const drawing = canvas.getContext("2d");
  if (!drawing || picture.videoWidth === 0) return 0;
  drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
  return sum / (data.length / 4);
}

async function within(limit_ms: number, isSo: () => boolean, otherwise: Found): Promise<Found> {
  for (const until_ms = performance.now() + limit_ms; performance.now() < until_ms; ) {
    if (isSo()) return "good";
    await new Promise((resume) => window.setTimeout(resume, 100));
  }
  return otherwise;
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
