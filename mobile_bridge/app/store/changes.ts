// Tells every tab of this phone that something kept has changed, or how far a sending is.

export type Change =
  | { kind: "drafts" }
  | { kind: "home" }
  | { kind: "person" }
  | { kind: "send" }
  | { kind: "sending"; draftId: string; number: number; of: number; percent: number }
  | { kind: "stopped" };

type Listener = (change: Change) => void;

const channel = new BroadcastChannel("careferry");
const listeners = new Set<Listener>();
channel.onmessage = (event: MessageEvent<Change>) => tell(event.data);

export function announce(change: Change): void {
  channel.postMessage(change);
  tell(change);
}

export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(change: Change): void {
  for (const listener of [...listeners]) listener(change);
}
