// Waits longer after each failure, with jitter, so that a thousand phones do not return in the same second.

export class Backoff {
  private failures = 0;

  constructor(
    private readonly first_ms: number,
    private readonly most_ms: number,
    private readonly random: () => number = Math.random,
  ) {}

  next_ms(): number {
    const ceiling_ms = Math.min(this.most_ms, this.first_ms * 2 ** this.failures++);
    return ceiling_ms * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.failures = 0;
  }
}
