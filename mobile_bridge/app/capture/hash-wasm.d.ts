// hash-wasm ships each algorithm alone, without types; the whole package would be ten times as large.
declare module "hash-wasm/dist/sha256.umd.min.js" {
  const algorithm: Pick<typeof import("hash-wasm"), "createSHA256">;
  export default algorithm;
}
