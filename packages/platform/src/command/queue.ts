import { keyName } from './answers.ts';
import type { QueuedCommand, Settled } from './decide-batch.ts';

/** A command waiting for its commit, and whoever waits for the command. */
export interface Waiting {
  readonly command: QueuedCommand;
  /** Milliseconds on the process's monotonic clock after which nobody waits any more. */
  readonly deadlineMs: number;
  settle(settled: Settled): void;
}

/** How much one commit takes. */
export interface BatchLimits {
  readonly commandsMax: number;
  readonly weightMax: number;
}

/** Commands in order of arrival per tenant; tenants take turns, so that one tenant's flood does not starve another. */
export class TenantQueues {
  private readonly queues = new Map<string, Waiting[]>();
  private turn: string[] = [];
  size = 0;

  sizeOf(tenantId: string): number {
    return this.queues.get(tenantId)?.length ?? 0;
  }

  add(waiting: Waiting): void {
    const { tenantId } = waiting.command;
    const queue = this.queues.get(tenantId);
    if (queue === undefined) {
      this.queues.set(tenantId, [waiting]);
      this.turn.push(tenantId);
    } else {
      queue.push(waiting);
    }
    this.size++;
  }

  /**
   * Takes the next batch: an equal share from each waiting tenant, then what room is left. Two commands under one Idempotency-Key never share a
   * batch, since the second must see the first one's stored answer; order within a tenant is kept, so such a tenant's turn ends there.
   */
  take({ commandsMax, weightMax }: BatchLimits): Waiting[] {
    const taken: Waiting[] = [];
    const keys = new Set<string>();
    let weight = 0;
    const closed = new Set<string>();
    while (taken.length < commandsMax && closed.size < this.turn.length) {
      const open = this.turn.filter((tenantId) => !closed.has(tenantId));
      const share = Math.max(1, Math.floor((commandsMax - taken.length) / open.length));
      for (const tenantId of open) {
        const queue = this.queues.get(tenantId) ?? [];
        let count = 0;
        while (count < share && count < queue.length && taken.length < commandsMax) {
          const next = queue[count];
          if (next === undefined) break;
          const { idempotency, weight: its } = next.command;
          const key = idempotency === undefined ? undefined : keyName(tenantId, idempotency);
          if ((taken.length > 0 && weight + its > weightMax) || (key !== undefined && keys.has(key))) {
            closed.add(tenantId);
            break;
          }
          if (key !== undefined) keys.add(key);
          weight += its;
          taken.push(next);
          count++;
        }
        queue.splice(0, count);
        if (queue.length === 0) closed.add(tenantId);
      }
    }
    this.rotate();
    this.size -= taken.length;
    return taken;
  }

  private rotate(): void {
    for (const [tenantId, queue] of this.queues) if (queue.length === 0) this.queues.delete(tenantId);
    const rest = this.turn.filter((tenantId) => this.queues.has(tenantId));
    // Whoever went first now goes last.
    this.turn = rest.length > 1 ? [...rest.slice(1), ...rest.slice(0, 1)] : rest;
  }
}
