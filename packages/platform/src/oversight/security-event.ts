import type { EventData, LoggedEvent } from '../event-store/event.ts';

/** One line of what happened to the doors of a tenant. */
export interface SecurityLine {
  /** A code such as `key_created`. */
  readonly kind: string;
  /** Who did it, or was refused; the event's actor unless told. */
  readonly principalId?: string;
  readonly userId?: string;
  /** What it is about, as streams are named: `api-key:…`, `user:…`, `role:…`, `login:…`. */
  readonly about: string;
  /** A code or an instant that says more: the reason, the problem, until when. */
  readonly detail?: string | undefined;
  /** How often; once unless told. */
  readonly count?: number;
  /** When; the event's own instant unless told. */
  readonly at?: string;
}

/** An event that belongs among those about security, declared by its context. The data is as stored in the newest version. */
export interface SecurityEvent {
  readonly type: string;
  linesOf?(event: LoggedEvent): readonly SecurityLine[];
  /** Whose something is that other lines are about, such as a login of which only the blind token is known. */
  nameOf?(data: EventData): { readonly about: string; readonly userId: string };
}

/**
 * The usual case: one line, about the thing under one of the event's members.
 * @param member the name of the member that holds the id, `about` what it is called: `{ about: 'user', member: 'userId' }`
 */
export const securityEvent = (
  type: string,
  kind: string,
  { about, member, detail }: { readonly about: string; readonly member: string; readonly detail?: string },
): SecurityEvent => ({
  type,
  linesOf: ({ data }) => [
    {
      kind,
      about: `${about}:${String(data[member])}`,
      ...(detail === undefined ? {} : { detail: textOf(data[detail]) }),
    },
  ],
});

const textOf = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : undefined;
};
