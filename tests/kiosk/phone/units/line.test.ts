// The phone's line against the vectors that the kiosk must reproduce, too (server/contract/vectors).

import assert from "node:assert/strict";
import test from "node:test";
import { fromBase64Url, Line, toBase64Url } from "../../../../kiosk/phone/app/line/line";
import { vectors } from "../../../../server/contract/vectors/handoff.json";

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

for (const [number, vector] of vectors.entries()) {
  const line = new Line(bytes(vector.phonePrivate), bytes(vector.kioskPublic), vector.ticket);

  test(`${number}: public key, code and question`, () => {
    assert.deepEqual(line.publicKey, bytes(vector.phonePublic));
    assert.equal(line.code, vector.code);
    const content = Uint8Array.from({ length: vector.contentBytes }, (_, place) => (7 * place) % 256);
    assert.deepEqual(line.seal(vector.number, vector.question, content), bytes(vector.message));
  });

  test(`${number}: the answer opens, and no other does`, () => {
    const sealed = bytes(vector.sealedAnswer);
    assert.deepEqual(line.open(vector.number, sealed), JSON.parse(vector.answer));
    assert.throws(() => line.open(vector.number + 1, sealed));
    assert.throws(() => line.open(vector.number, bytes(vector.message)));
    assert.throws(() => line.open(vector.number, new Uint8Array()));
    sealed[9]! ^= 1;
    assert.throws(() => line.open(vector.number, sealed));
  });
}

test("keys go through the address and the session", () => {
  const key = Uint8Array.from({ length: 32 }, (_, place) => 255 - place);
  assert.equal(toBase64Url(key).length, 43);
  assert.deepEqual(fromBase64Url(toBase64Url(key)), key);
});
