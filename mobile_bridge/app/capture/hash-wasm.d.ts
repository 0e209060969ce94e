// hash-wasm ships each algorithm alone, without types; the whole package would be ten times as large.
declare module "hash-wasm/dist/sha256.umd.min.js" {
  export { createSHA256 } from "hash-wasm";
}
