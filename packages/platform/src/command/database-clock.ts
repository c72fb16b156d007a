/**
 * The database's clock, as far as this process can tell between two hearings of it. What the database said lies between asking and hearing, which
 * bounds how far its clock is from ours; of the lower bounds the highest is kept, so that the estimate is behind by no more than the quickest
 * answer took. Should the two clocks drift, it is ahead by no more than an answer takes before that is noticed.
 */
export class DatabaseClock {
  private readonly monotonicMs: () => number;
  private aheadMs: number | undefined;

  constructor(monotonicMs: () => number) {
    this.monotonicMs = monotonicMs;
  }

  /**
   * @param instant what the database said, ISO text with milliseconds
   * @param askedMs when it was asked, on the process's monotonic clock
   */
  hear(instant: string, askedMs: number): void {
    const saidMs = Date.parse(instant);
    const lowest = saidMs - this.monotonicMs();
    const highest = saidMs - askedMs;
    // Above the highest, the database's clock has been set back meanwhile (or ours has run faster): the new hearing counts alone.
    this.aheadMs = this.aheadMs === undefined || this.aheadMs > highest ? lowest : Math.max(this.aheadMs, lowest);
  }

  /** The instant of now, or undefined before the first hearing. */
  now(): string | undefined {
    if (this.aheadMs === undefined) return undefined;
    return new Date(Math.floor(this.monotonicMs() + this.aheadMs)).toISOString();
  }
}
