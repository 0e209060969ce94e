// Mounts an island on every element that names it, now and in fragments that arrive later.

const ARRIVED = "careferry:arrived";

export function mount(name: string, start: (element: HTMLElement) => void): void {
  const mounted = new WeakSet<HTMLElement>();
  const mountWithin = (root: ParentNode) => {
    for (const element of root.querySelectorAll<HTMLElement>(`[data-island~="${name}"]`)) {
      if (mounted.has(element)) continue;
      mounted.add(element);
      start(element);
    }
  };
  mountWithin(document);
  document.addEventListener(ARRIVED, (event) => mountWithin(event.target as HTMLElement));
}

/** Calls back when something within the element was replaced. */
export function onArrival(element: HTMLElement, arrived: () => void): void {
  element.addEventListener(ARRIVED, arrived);
}

/** Tells every island that an element's content was replaced. */
export function announceArrival(element: HTMLElement): void {
  element.dispatchEvent(new CustomEvent(ARRIVED, { bubbles: true }));
}
