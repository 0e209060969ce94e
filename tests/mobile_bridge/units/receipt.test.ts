// Receipts and keys against the vectors that every implementation must accept (server/contract/vectors).

import assert from "node:assert/strict";
import test from "node:test";
import { endorsedBytes, follow, isSigned, signedBytes } from "../../../mobile_bridge/app/contract/receipt";
import vectors from "../../../server/contract/vectors/signing.json";

const [pinned, second, third] = vectors.keys;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("the bytes under the receipt's signature are the server's", () => {
  assert.equal(text(signedBytes(vectors.receipt)), vectors.receiptSignedBytes);
});

test("the bytes under an endorsement are the server's", () => {
  assert.equal(text(endorsedBytes(second)), second.endorsedBytes);
});

test("a receipt under an endorsed successor of the pinned key is believed", async () => {
  const believed = await follow(pinned, [third, second]);
  assert.equal(believed.size, 3);
  assert.equal(await isSigned(vectors.receipt, believed), true);
});

test("without the key between, its successor is not believed", async () => {
  const believed = await follow(pinned, [third]);
  assert.deepEqual([...believed.keys()], [pinned.keyId]);
  assert.equal(await isSigned(vectors.receipt, believed), false);
});

test("a receipt that says one photograph more is not believed", async () => {
  const believed = await follow(pinned, vectors.keys);
  const changed = { ...vectors.receipt, held: [...vectors.receipt.held, ...vectors.receipt.absent], absent: [] };
  assert.equal(await isSigned(changed, believed), false);
});

test("an offered key under the pinned id changes nothing", async () => {
  const believed = await follow(pinned, [{ ...third, keyId: pinned.keyId }]);
  assert.equal(believed.get(pinned.keyId)?.publicKey, pinned.publicKey);
});
