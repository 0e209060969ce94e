// Choices that exclude each other, what a file is, waiting times, sizes of pieces, and how far a draft is.

import assert from "node:assert/strict";
import test from "node:test";
import { sniff } from "../../../mobile_bridge/app/capture/sniff";
import { choose, openQuestions } from "../../../mobile_bridge/app/questions/check";
import { Backoff } from "../../../mobile_bridge/app/send/backoff";
import { ChunkSize } from "../../../mobile_bridge/app/send/chunks";
import { progressOf } from "../../../mobile_bridge/app/send/progress";
import { questionsOf } from "../../../mobile_bridge/app/contract/catalogue";
import { zonesOf } from "../../../mobile_bridge/app/ui/body/zones";
import sites from "../../../server/contract/data/body-sites-1.json";

const many = { id: "change", kind: "many" as const, text: { en: "" }, required: true, alone: ["none"] };
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

test("a choice that stands alone clears the others, and they clear it", () => {
  assert.deepEqual(choose(many, ["bigger", "colour"], "none", true), ["none"]);
  assert.deepEqual(choose(many, ["none"], "bigger", true), ["bigger"]);
  assert.deepEqual(choose(many, ["bigger"], "colour", true), ["bigger", "colour"]);
  assert.deepEqual(choose(many, ["bigger"], "bigger", false), []);
  assert.deepEqual(choose({ ...many, kind: "one" }, ["today"], "years", true), ["years"]);
});

test("required questions are open until something is chosen", () => {
  const questions = questionsOf("rash");
  const required = questions.filter((question) => question.required).map(({ id }) => id);
  assert.deepEqual(openQuestions(questions, {}), required);
  const answers = { [required[0]]: { choices: ["today"], text: "" } };
  assert.deepEqual(openQuestions(questions, answers), required.slice(1));
});

test("a file is what its first bytes say", () => {
  assert.equal(sniff(bytes("\xff\xd8\xff\xe0")), "image/jpeg");
  assert.equal(sniff(bytes("\x89PNG\r\n\x1a\n")), "image/png");
  assert.equal(sniff(bytes("RIFF....WEBPVP8 ")), "image/webp");
  assert.equal(sniff(bytes("\0\0\0\x18ftypheic")), "image/heic");
  assert.equal(sniff(bytes("\0\0\0\x18ftypisom")), null);
  assert.equal(sniff(bytes("<svg onload=")), null);
});

test("waiting doubles up to its limit and is never the same for all", () => {
  const longest = new Backoff(1000, 5000, () => 1);
  assert.deepEqual([1, 2, 3, 4].map(() => longest.next_ms()), [1000, 2000, 4000, 5000]);
  assert.equal(new Backoff(1000, 5000, () => 0).next_ms(), 500);
});

test("pieces follow the link's speed, at most doubling", () => {
  const chunk = new ChunkSize();
  chunk.note(256 * 1024, 32_000);
  assert.equal(chunk.bytes, 64 * 1024);
  chunk.note(64 * 1024, 100);
  assert.equal(chunk.bytes, 128 * 1024);
  chunk.noteBreak();
  assert.equal(chunk.bytes, 64 * 1024);
});

test("sent needs the sender's word and every photograph in the receipt", () => {
  const photos = [{ sha256: "a" }, { sha256: "b" }];
  const receipt = { held: ["a"], absent: ["b"], refused: [] };
  const outbox = { receipt, trouble: null, sentAt: null };
  const kindOf = (change: object) => progressOf({ photos, outbox: { ...outbox, ...change } } as never).kind;
  assert.equal(progressOf({ photos, outbox: null } as never).kind, "draft");
  assert.equal(kindOf({ receipt: null }), "waiting");
  assert.equal(kindOf({}), "received");
  assert.equal(kindOf({ sentAt: "now" }), "received");
  assert.equal(kindOf({ receipt: { held: ["a", "b"], absent: [], refused: [] } }), "received");
  assert.equal(kindOf({ receipt: { held: ["a", "b"], absent: [], refused: [] }, sentAt: "now" }), "sent");
  assert.equal(kindOf({ trouble: { kind: "refused", detail: "" } }), "trouble");
});

test("every site of a face is on the body map, with its sides", () => {
  for (const face of ["front", "back"] as const) {
    const wanted = sites.sites.filter((site) => site.faces.includes(face) && site.region !== "whole");
    const zones = zonesOf(face);
    for (const site of wanted) {
      assert.ok(zones.some((zone) => zone.sites.includes(site.code)), `${site.code} is not on the ${face}`);
    }
    for (const zone of zones) {
      for (const code of zone.sites) assert.ok(sites.sites.some((site) => site.code === code), code);
    }
  }
});
