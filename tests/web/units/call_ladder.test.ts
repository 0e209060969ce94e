// The ladder against the vectors that both ends must reproduce (server/contract/vectors).

import assert from "node:assert/strict";
import test from "node:test";
import { begin, type LinkMeasure, rungOf, step } from "../../../server/web/islands/call/link/ladder";
import { vectors } from "../../../server/contract/vectors/call_ladder.json";

for (const { about, seen, rungs } of vectors) {
  test(about, () => {
    let now = begin(0);
    const names = (seen as LinkMeasure[]).map((look) => rungOf((now = step(now, look))).name);
    assert.deepEqual(names, rungs);
  });
}
