/** Lets so much work through at once, tenants in turns, so that the flood of one does not keep the others waiting. */
export class FairGate {
  private readonly atOnce: number;
  private readonly waiting = new Map<string, (() => void)[]>();
  private running = 0;

  constructor(atOnce: number) {
    this.atOnce = atOnce;
  }

  /** How many wait before the gate. */
  get queued(): number {
    return [...this.waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** Runs work when it is its tenant's turn. */
  async through<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) await this.turnOf(tenantId);
    else this.running += 1;
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  private turnOf(tenantId: string): Promise<void> {
    return new Promise((go) => {
      const its = this.waiting.get(tenantId) ?? [];
      this.waiting.set(tenantId, its);
      its.push(go);
    });
  }

  /** Hands the place on: to the tenant that has waited longest since its last turn. */
  private next(): void {
    const [first] = this.waiting;
    if (first === undefined) {
      this.running -= 1;
      return;
    }
    const [tenantId, its] = first;
    const go = its.shift();
    this.waiting.delete(tenantId);
    if (its.length > 0) this.waiting.set(tenantId, its);
    go?.();
  }
}
