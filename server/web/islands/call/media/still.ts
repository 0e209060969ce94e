// A picture of what a camera sees now: small, for a link that carries no video, or as large as it is, for the case.

const WIDTH_PX = 320;
const LARGEST_BYTES = 8_000;
const QUALITIES = [0.7, 0.5, 0.35, 0.2];
const FULL_QUALITY = 0.92;

export async function still(camera: MediaStreamTrack): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = await drawn(camera, WIDTH_PX);
  let content = new Uint8Array<ArrayBuffer>(new ArrayBuffer(0));
  for (const quality of QUALITIES) {
    content = await encode(canvas, quality);
    if (content.length <= LARGEST_BYTES) break;
  }
  return content;
}

/** A JPEG in the camera's own size. */
export async function fullStill(camera: MediaStreamTrack): Promise<Blob> {
  const canvas = await drawn(camera);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", FULL_QUALITY));
  if (!blob) throw new Error("the browser drew no picture of its camera");
  return blob;
}

async function drawn(camera: MediaStreamTrack, widthPx?: number): Promise<HTMLCanvasElement> {
  const frame = await frameOf(camera);
  const canvas = document.createElement("canvas");
  canvas.width = widthPx ?? frame.videoWidth;
  canvas.height = Math.round((canvas.width * frame.videoHeight) / frame.videoWidth);
  canvas.getContext("2d")?.drawImage(frame, 0, 0, canvas.width, canvas.height);
  frame.srcObject = null;
  return canvas;
}

async function frameOf(camera: MediaStreamTrack): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = new MediaStream([camera]);
  await video.play();
  return video;
}

async function encode(canvas: HTMLCanvasElement, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/webp", quality));
  return new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
}
