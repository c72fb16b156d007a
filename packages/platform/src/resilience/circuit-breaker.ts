import {
  type Breaker,
  type BreakerRules,
  closedBreaker,
  decide,
  type Happening,
  retryAtOf,
  type Verdict,
} from './breaker.ts';
import type { BreakersTable, SharedBreaker } from './breakers-table.ts';
import type { Clock } from './clock.ts';
import { ProviderUnavailable } from './faults.ts';
import type { OperationName } from './operation-name.ts';

/** What a call was let through with; it is given back with the result. */
export interface Permit {
  readonly isTrial: boolean;
}

/** What a call said about the provider; `abandoned` is nothing at all. */
export type CallVerdict = 'success' | 'failure' | 'abandoned';

/** One breaker in this process, in step with the same breaker in the others. */
export interface CircuitBreaker {
  readonly breaker: Breaker;
  /** When the present status began, in milliseconds since 1970; undefined while nothing has happened to it in this process. */
  readonly since: number | undefined;
  /** @throws ProviderUnavailable when no call may go now, without taking anything */
  refuse(): void;
  /**
   * Lets a call through. Only a trial has to wait, for the table to say that no other process makes it.
   * @throws ProviderUnavailable
   */
  admit(): Permit | Promise<Permit>;
  /** Tells what became of a call that was let through. */
  settle(permit: Permit, verdict: CallVerdict): void;
  /** Takes over what another process or a person has written. */
  meet(shared: SharedBreaker): Promise<void>;
  /** Until what is to be written has been written, or could not be; what could not be is tried again by the next one. */
  published(): Promise<void>;
}

/** What a breaker needs around it. */
export interface CircuitBreakerOptions {
  readonly name: OperationName;
  readonly rules: BreakerRules;
  readonly clock: Clock;
  /** The shared table, as soon as there is one; without it the process works alone. */
  readonly table: () => BreakersTable | undefined;
  readonly onChange: (breaker: Breaker) => void;
  readonly onError: (error: unknown) => void;
}

const passing: Permit = { isTrial: false };

// A database that does not answer must not hold up the trial: the provider may be well again.
const claimMsMax = 1_000;

/** Makes a breaker, closed. */
export const createCircuitBreaker = (options: CircuitBreakerOptions): CircuitBreaker => new InStep(options);

class InStep implements CircuitBreaker {
  breaker = closedBreaker;
  since: number | undefined;
  private readonly options: CircuitBreakerOptions;
  /** Version of the shared row that this process's state stands on. */
  private version = 0;
  private isUnpublished = false;
  /** The trial this process makes; gone as soon as somebody else's word counts. */
  private trial: Permit | undefined;
  private publishing = Promise.resolve();

  constructor(options: CircuitBreakerOptions) {
    this.options = options;
  }

  refuse(): void {
    const { clock, rules } = this.options;
    if (this.breaker.status === 'closed') return;
    if (decide(this.breaker, 'call', clock.now(), rules).verdict === 'refused') throw this.unavailable();
  }

  admit(): Permit | Promise<Permit> {
    const verdict = this.happen('call');
    if (verdict === 'pass') return passing;
    if (verdict !== 'trial') throw this.unavailable();
    const permit = { isTrial: true };
    this.trial = permit;
    return this.options.table() === undefined ? permit : this.claimed(permit);
  }

  settle(permit: Permit, verdict: CallVerdict): void {
    if (!permit.isTrial) {
      if (verdict !== 'abandoned') this.happen(verdict);
      return;
    }
    if (this.trial !== permit) return;
    this.trial = undefined;
    this.happen(`trial_${verdict}`);
  }

  async meet(shared: SharedBreaker): Promise<void> {
    await this.publishing;
    if (this.isUnpublished) await this.publish();
    else if (shared.version > this.version) this.takeOver(shared);
  }

  published(): Promise<void> {
    return this.isUnpublished ? this.publish() : this.publishing;
  }

  private happen(happening: Happening): Verdict | undefined {
    const { clock, rules } = this.options;
    const now = clock.now();
    const { breaker: next, verdict } = decide(this.breaker, happening, now, rules);
    // What a closed breaker counts stays in the process; everything else concerns all of them.
    const isShared = next !== this.breaker && !(next.status === 'closed' && this.breaker.status === 'closed');
    this.become(next, now);
    if (isShared) {
      this.isUnpublished = true;
      void this.publish();
    }
    return verdict;
  }

  private become(next: Breaker, now: number): void {
    const isOther = next.status !== this.breaker.status;
    this.breaker = next;
    if (!isOther) return;
    this.since = now;
    this.options.onChange(next);
  }

  private takeOver({ version, breaker }: SharedBreaker): void {
    this.version = version;
    // An opening that nobody has read yet outweighs a row that says closed: its failures are newer than that row.
    if (this.isUnpublished && this.breaker.status === 'open' && breaker.status === 'closed') return;
    this.isUnpublished = false;
    this.trial = undefined;
    // Two closed breakers differ in what they have counted, and each goes on counting.
    if (breaker.status !== 'closed' || this.breaker.status !== 'closed') this.become(breaker, this.options.clock.now());
  }

  /** One write after the other: each stands on the version before it. */
  private publish(): Promise<void> {
    this.publishing = this.publishing.then(() => this.publishAll());
    return this.publishing;
  }

  private async publishAll(): Promise<void> {
    const { name, table, onError } = this.options;
    for (let shared = table(); shared !== undefined && this.isUnpublished; shared = table()) {
      this.isUnpublished = false;
      const sent = this.breaker;
      try {
        const written = await shared.write({ ...name, breaker: sent, version: this.version });
        if (written !== undefined) {
          this.version = written;
          continue;
        }
        const row = await shared.read(name);
        this.isUnpublished ||= sent.status === 'open' && this.breaker === sent;
        if (row !== undefined) this.takeOver(row);
      } catch (error) {
        this.isUnpublished = true;
        onError(error);
        return;
      }
    }
  }

  private async claimed(permit: Permit): Promise<Permit> {
    let cancel = (): void => undefined;
    const longEnough = new Promise<void>((resolve) => (cancel = this.options.clock.after(claimMsMax, resolve)));
    await Promise.race([this.publishing, longEnough]);
    cancel();
    // Another process was faster; what it wrote decides about this call.
    return this.trial === permit ? permit : this.admit();
  }

  private unavailable(): ProviderUnavailable {
    const { name, clock, rules } = this.options;
    const retryAt = new Date(retryAtOf(this.breaker, clock.now(), rules)).toISOString();
    return new ProviderUnavailable(retryAt, {
      message: `The breaker of ${name.provider} ${name.operation} is ${this.breaker.status}.`,
    });
  }
}
