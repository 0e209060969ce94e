// What a file is by its first bytes; names and declared types are not believed.

const HEIF_BRANDS = new Set(["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]);
export const SNIFFED_BYTES = 32;

/** The media type, or null for what the server does not take. */
export function sniff(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head.slice(0, SNIFFED_BYTES));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  if (text.slice(4, 8) === "ftyp" && HEIF_BRANDS.has(text.slice(8, 12))) return "image/heic";
  return null;
}
