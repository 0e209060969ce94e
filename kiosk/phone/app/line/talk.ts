// Asks the kiosk, one question after the other, and keeps what a reload needs: taking a photograph may cost the page
// its memory.

import { fromBase64Url, Line, newKey, toBase64Url } from "./line";

export type View = "far" | "medium" | "close-straight" | "close-oblique";
export type ArrivalState = "coming" | "checking" | "kept" | "refused" | "removed";

export interface Piece {
  photoId: string;
  view: View;
  sizeBytes: number;
  offset: number;
}

export interface Arrived {
  photoId: string;
  view: View;
  state: ArrivalState;
  receivedBytes: number;
  words?: string[];
}

export interface Standing {
  state: "offered" | "asking" | "joined" | "ended";
  words?: string;
  photos?: Arrived[];
}

/** The kiosk says that there is nothing here for this phone: why, as the page's words know it. */
export class Closed extends Error {
  constructor(readonly why: "taken" | "over") {
    super(why);
  }
}

/** With a piece on a slow Wi-Fi, and without: then silence is soon told. */
const [PIECE_WITHIN_MS, ANSWER_WITHIN_MS] = [60_000, 10_000];
const RETRY_MS = [500, 1000, 2000, 4000];
const TAKEN = 409;

interface Kept {
  own: string;
  number: number;
}

export class Talk {
  private readonly line: Line;

  private constructor(
    private readonly ticket: string,
    kioskKey: Uint8Array,
    private readonly kept: Kept,
    private readonly onSilence: (isSilent: boolean) => void,
  ) {
    this.line = new Line(fromBase64Url(kept.own), kioskKey, ticket);
  }

  /** Whether this page had joined before it was loaded again. */
  static isJoined(ticket: string): boolean {
    return recall(ticket) !== null;
  }

  /** Uses the code up, or goes on with the key that used it; Closed. */
  static async join(ticket: string, kioskKey: Uint8Array, onSilence: (isSilent: boolean) => void): Promise<Talk> {
    const kept = recall(ticket) ?? { own: toBase64Url(newKey()), number: 0 };
    const talk = new Talk(ticket, kioskKey, kept, onSilence);
    // Before it is sent: were the answer lost, the code would be used up by a page that forgot its key.
    talk.keep();
    try {
      await talk.send("join", talk.line.publicKey);
    } catch (error) {
      talk.forget();
      throw error;
    }
    return talk;
  }

  get code(): string {
    return this.line.code;
  }

  /** Asks until there is an answer; Closed. */
  async ask(piece: Piece | null, content: Uint8Array): Promise<Standing> {
    this.kept.number += 1;
    this.keep();
    const number = this.kept.number;
    const message = this.line.seal(number, piece ? { piece } : {}, content);
    for (let tries = 0; ; tries += 1) {
      const answer = await this.send("say", message);
      try {
        return this.line.open(number, answer) as Standing;
      } catch {
        // Somebody else on this network answered: ask again.
        await pause(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 0);
      }
    }
  }

  forget(): void {
    remember(this.ticket, null);
  }

  private keep(): void {
    remember(this.ticket, this.kept);
  }

  private async send(verb: "join" | "say", body: Uint8Array): Promise<Uint8Array> {
    for (let tries = 0; ; tries += 1) {
      const answer = await this.post(verb, body);
      this.onSilence(answer === null);
      if (answer?.ok) {
        return new Uint8Array(await answer.arrayBuffer());
      }
      if (answer) {
        throw new Closed(answer.status === TAKEN ? "taken" : "over");
      }
      await pause(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 0);
    }
  }

  private async post(verb: string, body: Uint8Array): Promise<Response | null> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), body.length > 1024 ? PIECE_WITHIN_MS : ANSWER_WITHIN_MS);
    try {
      const headers = { "Content-Type": "application/octet-stream" };
      return await fetch(`/${this.ticket}/${verb}`, { method: "POST", body: new Uint8Array(body), headers, signal: abort.signal });
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

function recall(ticket: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(ticket) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

/** A browser that keeps nothing for pages loses the line with a reload, and no more. */
function remember(ticket: string, kept: Kept | null): void {
  try {
    sessionStorage.setItem(ticket, JSON.stringify(kept));
  } catch {
    return;
  }
}

export function pause(lasts_ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, lasts_ms));
}
