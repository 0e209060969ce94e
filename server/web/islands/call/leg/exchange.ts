// The two keys of a leg, commitment first: whoever stands between has one guess at the string that both people read.

import { type Bytes, commitmentOf, revealedBytes, shortStringBits } from "../contract/bytes";
import { type CallKey, makeNonce } from "../contract/signing";
import type { Commit, Respond, Reveal, Seat } from "../contract/wire";

/** The other end did not reveal what it had committed to. */
export class Broken extends Error {}

export interface Agreed {
  otherKey: string;
  bits: number;
}

/** What is said next, and what is agreed once it is. */
export interface Step {
  say?: Respond | Reveal;
  agreed?: Agreed;
}

export class Exchange {
  private nonce = "";
  /** Of the seat with the smaller id: made here, or heard. */
  private commitment = "";

  constructor(
    private readonly callId: string,
    private readonly own: Seat,
    private readonly other: Seat,
    private readonly key: CallKey,
  ) {}

  /** Whether this end commits, and makes every offer. */
  get begins(): boolean {
    return this.own.seatId < this.other.seatId;
  }

  async commit(): Promise<Commit> {
    this.nonce = makeNonce();
    this.commitment = await commitmentOf(this.ownRevealed());
    return { kind: "commit", commitment: this.commitment };
  }

  /** What was said out of turn, or answers an earlier commitment, changes nothing. Broken ends the leg. */
  async take(message: Commit | Respond | Reveal): Promise<Step> {
    switch (message.kind) {
      case "commit":
        return this.begins ? {} : this.respond(message);
      case "respond":
        return this.begins && message.commitment === this.commitment ? this.reveal(message) : {};
      case "reveal":
        return this.begins || !this.commitment ? {} : this.agree(message);
    }
  }

  private respond({ commitment }: Commit): Step {
    this.commitment = commitment;
    this.nonce = makeNonce();
    return { say: { kind: "respond", commitment, publicKey: this.key.publicKey, nonce: this.nonce } };
  }

  private async reveal({ publicKey, nonce }: Respond): Promise<Step> {
    this.commitment = "";
    const bits = await shortStringBits(this.ownRevealed(), this.revealedBy(publicKey, nonce));
    const say: Reveal = { kind: "reveal", publicKey: this.key.publicKey, nonce: this.nonce };
    return { say, agreed: { otherKey: publicKey, bits } };
  }

  private async agree({ publicKey, nonce }: Reveal): Promise<Step> {
    const revealed = this.revealedBy(publicKey, nonce);
    if ((await commitmentOf(revealed)) !== this.commitment) throw new Broken("it was not what was committed to");
    this.commitment = "";
    return { agreed: { otherKey: publicKey, bits: await shortStringBits(revealed, this.ownRevealed()) } };
  }

  private ownRevealed(): Bytes {
    return revealedBytes(this.callId, this.own, this.key.publicKey, this.nonce);
  }

  private revealedBy(publicKey: string, nonce: string): Bytes {
    return revealedBytes(this.callId, this.other, publicKey, nonce);
  }
}
