// The SHA-256 of a file as hex: in one go where it is small, in pieces where it would not fit into memory twice.

const AT_ONCE_BYTES = 32 * 1024 * 1024;

export async function digestOf(blob: Blob): Promise<string> {
  if (blob.size > AT_ONCE_BYTES) return digestInPieces(blob);
  return digestOfBytes(await blob.arrayBuffer());
}

export async function digestOfText(text: string): Promise<string> {
  return digestOfBytes(new TextEncoder().encode(text));
}

async function digestOfBytes(bytes: BufferSource): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digestInPieces(blob: Blob): Promise<string> {
  const { default: algorithm } = await import("hash-wasm/dist/sha256.umd.min.js");
  const hasher = await algorithm.createSHA256();
  const reader = blob.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) hasher.update(piece.value);
  return hasher.digest("hex");
}
