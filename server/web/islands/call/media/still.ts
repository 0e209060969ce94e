// A small picture of what a camera sees now, for a link that carries no video.

const WIDTH_PX = 320;
const LARGEST_BYTES = 8_000;
const QUALITIES = [0.7, 0.5, 0.35, 0.2];

export async function still(camera: MediaStreamTrack): Promise<Uint8Array<ArrayBuffer>> {
  const frame = await frameOf(camera);
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH_PX;
  canvas.height = Math.round((WIDTH_PX * frame.videoHeight) / frame.videoWidth);
  canvas.getContext("2d")?.drawImage(frame, 0, 0, canvas.width, canvas.height);
  frame.srcObject = null;
  let content = new Uint8Array<ArrayBuffer>(new ArrayBuffer(0));
  for (const quality of QUALITIES) {
    content = await encode(canvas, quality);
    if (content.length <= LARGEST_BYTES) break;
  }
  return content;
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
