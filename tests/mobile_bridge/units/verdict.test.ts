// What a patient is told of flaws, what stays said when the thresholds change, and hints that do not flicker.

import assert from "node:assert/strict";
import test from "node:test";
import { carryReason } from "../../../mobile_bridge/app/capture/verdict";
import type { Hint } from "../../../mobile_bridge/app/capture/hints";
import { type SteadyHint, Steadying } from "../../../mobile_bridge/app/capture/steadying";
import { type EdgeVerdict, flawNames } from "../../../mobile_bridge/app/contract/case";
import { adviceFor, PHOTO_FLAWS } from "../../../mobile_bridge/app/contract/catalogue";

const FIXED = [
  "defocus",
  "motion_blur",
  "underexposed",
  "overexposed",
  "glare",
  "noise",
  "colour_cast",
  "few_pixels",
  "subject_cut_off",
  "subject_absent",
  "strong_compression",
];
const advice = (...names: string[]) => adviceFor(names).map(({ en }) => en.split(":")[0]);

function verdict(flaws: EdgeVerdict["flaws"], keptBecause = ""): EdgeVerdict {
  return { checked: true, version: "1", flaws, keptBecause };
}

const scored = (name: string) => ({ name, score: 2, threshold: 1 });

test("every flaw that is measured has words, and so has a file that does not open", () => {
  const named = PHOTO_FLAWS.flaws.map(({ name }) => name).sort();
  assert.deepEqual(named, [...FIXED, "unreadable"].sort());
});

test("of many flaws the two most important are told", () => {
  assert.deepEqual(advice(...FIXED), ["We see no skin in this photo", "Too dark"]);
  assert.deepEqual(advice("colour_cast", "few_pixels", "defocus"), ["Blurred", "The spot is too small to see well"]);
});

test("what follows from another flaw is not told beside it", () => {
  assert.deepEqual(advice("noise", "underexposed"), ["Too dark"]);
  assert.deepEqual(advice("motion_blur", "defocus"), ["Blurred"]);
  assert.deepEqual(advice("noise"), ["Grainy"]);
});

test("names of before have the words of today", () => {
  const was = ["resolution", "sharpness", "too_dark", "too_bright"];
  assert.deepEqual(was.flatMap((name) => advice(name)), ["The spot is too small to see well", "Blurred", "Too dark", "Too bright"]);
});

test("a flaw is named whether it came with its score or not", () => {
  assert.deepEqual(flawNames(verdict(["unreadable", scored("defocus")])), ["unreadable", "defocus"]);
});

test("why a photograph is kept holds for the flaw that it was said of, under whichever name", () => {
  assert.equal(carryReason(verdict(["sharpness"], "best"), verdict([scored("defocus")])).keptBecause, "best");
});

test("a flaw that was not known before is asked about", () => {
  const now = verdict([scored("defocus"), scored("glare")]);
  assert.equal(carryReason(verdict(["sharpness"], "best"), now).keptBecause, "");
});

test("a flaw that the same advice mends as one that was known is not asked about", () => {
  const now = verdict([scored("defocus"), scored("motion_blur")]);
  assert.equal(carryReason(verdict(["sharpness"], "best"), now).keptBecause, "best");
});

test("where nothing is found any more there is no reason to keep", () => {
  assert.deepEqual(carryReason(verdict(["sharpness"], "best"), verdict([])), verdict([]));
});

/** What is shown after each frame, four frames a second. */
function shown(frames: Hint[][]): (SteadyHint | null)[] {
  const steadying = new Steadying();
  return frames.map((frame, number) => steadying.next(frame, number * 250));
}

test("a hint comes when four of five frames agree, not before", () => {
  assert.deepEqual(shown([["too_dark"], ["too_dark"], [], ["too_dark"], ["too_dark"]]), [null, null, null, null, "too_dark"]);
});

test("frames that change from one to the next change nothing", () => {
  const dark = Array<Hint[]>(4).fill(["too_dark"]);
  const flickering = Array.from({ length: 40 }, (_each, number): Hint[] => (number % 2 ? ["hold_still"] : []));
  const changes = new Set(shown([...dark, ...flickering]).slice(3));
  assert.deepEqual([...changes], ["too_dark"]);
});

test("a hint stays for a second and a half", () => {
  const frames = [...Array<Hint[]>(4).fill(["hold_still"]), ...Array<Hint[]>(8).fill([])];
  const after = shown(frames).slice(3);
  assert.deepEqual(after.slice(0, 6), Array(6).fill("hold_still"));
  assert.equal(after[6], "ready");
});

test("of several hints the light comes first", () => {
  assert.equal(shown(Array<Hint[]>(4).fill(["move_closer", "hold_still", "too_dark"])).at(-1), "too_dark");
});
