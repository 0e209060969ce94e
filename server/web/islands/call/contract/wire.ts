// What the ends say to each other and to the server (server/contract/call.py), as TypeScript sees it.

export const SIGNALLING_PROTOCOL = "careferry.call.1";

export type SeatRole = "patient" | "specialist" | "clinic-worker" | "interpreter" | "guest";
export type Presence = "expected" | "waiting" | "present" | "interrupted" | "left";

export interface Seat {
  seatId: string;
  role: SeatRole;
  name: string;
  language: string;
  presence: Presence;
  isKiosk: boolean;
}

export interface TurnServer {
  urls: string[];
  username: string;
  credential: string;
  expiresAt: string;
}

export interface Commit {
  kind: "commit";
  commitment: string;
}

export interface Respond {
  kind: "respond";
  commitment: string;
  publicKey: string;
  nonce: string;
}

export interface Reveal {
  kind: "reveal";
  publicKey: string;
  nonce: string;
}

export interface Describe {
  kind: "describe";
  type: "offer" | "answer";
  generation: number;
  sdp: string;
  fingerprint: string;
  signature: string;
}

export interface Candidate {
  kind: "candidate";
  generation: number;
  candidate: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
}

export interface Rebuild {
  kind: "rebuild";
  generation: number;
}

export interface Differs {
  kind: "differs";
}

export type LegMessage = Commit | Respond | Reveal | Describe | Candidate | Rebuild | Differs;

export type FromEnd =
  | { kind: "join"; sessionId: string; heard: number }
  | { kind: "pass"; to: string; number: number; message: LegMessage }
  | { kind: "leave" }
  | { kind: "alive"; isLive: boolean; heard: number };

export interface Welcome {
  kind: "welcome";
  seatId: string;
  seats: Seat[];
  relays: TurnServer[];
  serverTime: string;
}

export interface Passed {
  kind: "passed";
  number: number;
  sender: string;
  sessionId: string;
  message: LegMessage;
}

/** A frame that was not taken; `number` is that of the `pass`, if it was one. */
export interface Refused {
  kind: "refused";
  reason: "not-understood" | "not-joined" | "not-admitted" | "no-such-seat" | "too-many";
  number?: number | null;
}

export type EndReason =
  | "ended"
  | "declined"
  | "missed"
  | "cancelled"
  | "failed"
  | "removed"
  | "elsewhere"
  | "signed-out";

export type FromServer =
  | Welcome
  | { kind: "seats"; seats: Seat[] }
  | Passed
  | { kind: "relays"; relays: TurnServer[] }
  | Refused
  | { kind: "ended"; reason: EndReason };
