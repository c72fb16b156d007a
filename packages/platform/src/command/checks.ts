import type { EventMetadata } from '../event-store/event.ts';

/** A command about to book money, as a compliance rule sees it. */
export interface CheckedCommand {
  readonly name: string;
  readonly data: unknown;
  readonly tenantId: string;
  readonly metadata: EventMetadata;
}

/** What a check says: let it book, or refuse it with a coded reason. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** The port of whatever must agree before money is booked (screening, limits, fraud rules). It fails closed: an error books nothing. */
export interface Checks {
  check(command: CheckedCommand): Promise<Verdict>;
}

/** The check could not be asked, so the command was not run. */
export class ChecksUnavailable extends Error {
  override readonly name = 'ChecksUnavailable';
  readonly code = 'checks_unavailable';
}

/** The twin that lets everything pass, used until a compliance context stands behind the port. */
export const allowAll: Checks = { check: async () => ({ allowed: true }) };
