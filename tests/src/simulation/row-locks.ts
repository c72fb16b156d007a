import { DatabaseFault } from '@finaegis/platform/database/transaction';
import type { Scheduler } from './scheduler.ts';

/** How a row is locked. */
export type LockMode = 'share' | 'update';

/** Whoever holds locks; the object itself is the name. */
export interface LockOwner {
  readonly held: Set<string>;
}

interface Holder {
  readonly owner: LockOwner;
  readonly mode: LockMode;
}

interface Waiter extends Holder {
  readonly go: () => void;
}

/** Longer than any commit of a simulation, so that only a circle of waiters meets it. */
const deadlockAfterMs = 5_000;

/** Locks on rows by name, first come first served, as long as a transaction lasts. */
export class RowLocks {
  private readonly scheduler: Scheduler;
  private readonly holders = new Map<string, Holder[]>();
  private readonly queues = new Map<string, Waiter[]>();

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  /** @throws DatabaseFault (40P01) when it waited so long that somebody must be waiting for it in turn */
  async acquire(owner: LockOwner, name: string, mode: LockMode): Promise<void> {
    const queue = this.queues.get(name) ?? [];
    if (queue.length === 0 && this.isFree(name, { owner, mode })) return this.hold(name, { owner, mode });
    this.queues.set(name, queue);
    await new Promise<void>((go, refuse) => {
      const waiter: Waiter = { owner, mode, go };
      queue.push(waiter);
      void this.scheduler.sleep(deadlockAfterMs).then(() => {
        const at = queue.indexOf(waiter);
        if (at < 0) return;
        queue.splice(at, 1);
        refuse(new DatabaseFault('40P01', `A deadlock was met on ${name}.`));
      });
    });
  }

  release(owner: LockOwner): void {
    for (const name of owner.held) {
      this.holders.set(
        name,
        (this.holders.get(name) ?? []).filter((holder) => holder.owner !== owner),
      );
      const queue = this.queues.get(name) ?? [];
      for (let first = queue[0]; first !== undefined && this.isFree(name, first); first = queue[0]) {
        queue.shift();
        this.hold(name, first);
        first.go();
      }
    }
    owner.held.clear();
  }

  private isFree(name: string, { owner, mode }: Holder): boolean {
    const others = (this.holders.get(name) ?? []).filter((holder) => holder.owner !== owner);
    return others.every((other) => mode === 'share' && other.mode === 'share');
  }

  private hold(name: string, holder: Holder): void {
    this.holders.set(name, [...(this.holders.get(name) ?? []), holder]);
    holder.owner.held.add(name);
  }
}
