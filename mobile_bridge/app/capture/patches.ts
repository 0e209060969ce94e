// Patches of a mask whose places touch along a side: how large each is, and how much of it lies on the frame.

export interface Patch {
  area: number;
  onEdge: number;
  places: number[];
}

export function patchesOf(mask: Uint8Array, width_px: number, height_px: number): Patch[] {
  const left = mask.slice();
  const patches: Patch[] = [];
  const stack: number[] = [];
  for (let seed = 0; seed < left.length; seed += 1) {
    if (!left[seed]) continue;
    const patch: Patch = { area: 0, onEdge: 0, places: [] };
    take(seed);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [x, y] = [at % width_px, Math.floor(at / width_px)];
      patch.area += 1;
      patch.places.push(at);
      if (x === 0 || y === 0 || x === width_px - 1 || y === height_px - 1) patch.onEdge += 1;
      if (x > 0) take(at - 1);
      if (x < width_px - 1) take(at + 1);
      if (y > 0) take(at - width_px);
      if (y < height_px - 1) take(at + width_px);
    }
    patches.push(patch);
  }
  return patches;

  function take(at: number): void {
    if (!left[at]) return;
    left[at] = 0;
    stack.push(at);
  }
}
