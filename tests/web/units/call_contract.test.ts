// A call's bytes, signatures and words against the vectors that every end must reproduce (server/contract/vectors).

import assert from "node:assert/strict";
import test from "node:test";
import { commitmentOf, fingerprintBytes, revealedBytes, shortStringBits } from "../../../server/web/islands/call/contract/bytes";
import { CallKey, isSigned } from "../../../server/web/islands/call/contract/signing";
import type { Seat } from "../../../server/web/islands/call/contract/wire";
import { digitsOf, wordsOf } from "../../../server/web/islands/call/contract/words";
import { vectors } from "../../../server/contract/vectors/call.json";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

for (const [number, vector] of vectors.entries()) {
  const revealed = vector.ends.map((end) => revealedBytes(vector.callId, end.seat as Seat, end.publicKey, end.nonce));
  const { signer, generation, fingerprint, signature } = vector.describe;
  const [sender, receiver] = [vector.ends[signer]!, vector.ends[1 - signer]!];
  const under = fingerprintBytes(vector.callId, sender.seat.seatId, receiver.seat.seatId, generation, fingerprint);

  test(`${number}: what is revealed, its commitment, and the string in words and digits`, async () => {
    for (const [index, end] of vector.ends.entries()) {
      assert.equal(hex(revealed[index]!), end.revealed);
      assert.equal(await commitmentOf(revealed[index]!), end.commitment);
    }
    const bits = await shortStringBits(revealed[0]!, revealed[1]!);
    assert.equal(bits, vector.shortStringBits);
    assert.deepEqual(await wordsOf(bits, "en"), vector.words.en);
    assert.deepEqual(await wordsOf(bits, "es-MX"), vector.words.es);
    assert.equal(digitsOf(bits), vector.digits);
  });

  test(`${number}: a fingerprint under its signature, and under no other`, async () => {
    assert.equal(hex(under), vector.describe.bytes);
    assert.equal(await isSigned(sender.publicKey, under, signature), true);
    assert.equal(await isSigned(receiver.publicKey, under, signature), false);
    const next = fingerprintBytes(vector.callId, sender.seat.seatId, receiver.seat.seatId, generation + 1, fingerprint);
    assert.equal(await isSigned(sender.publicKey, next, signature), false);
    assert.equal(await isSigned(`B${"A".repeat(86)}`, under, signature), false);
    assert.equal(await isSigned("not base64url!", under, signature), false);
  });
}

test("what this end signs, it verifies", async () => {
  const key = await CallKey.make();
  assert.match(key.publicKey, /^[A-Za-z0-9_-]{87}$/);
  const signature = await key.sign(new Uint8Array([1, 2, 3]));
  assert.match(signature, /^[A-Za-z0-9_-]{86}$/);
  assert.equal(await isSigned(key.publicKey, new Uint8Array([1, 2, 3]), signature), true);
});
