// The photo viewer: fetched only by pages that show a case's photographs, and there only after the first pixels.

import { mount } from "./loader/mount";

mount("zoom", (element) => void open(element));

/** The preview alone crosses the link first: the viewer is heavier than what it is there to show. */
async function open(element: HTMLElement): Promise<void> {
  const first = element.querySelector<HTMLImageElement>(".viewer-first");
  if (first) await painted(first);
  const { viewer } = await import("./viewer/viewer");
  viewer(element);
}

async function painted(picture: HTMLImageElement): Promise<void> {
  await picture.decode().catch(() => undefined);
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
