import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import type { Checker } from './approval/approval.ts';

/** An approval in the hand of whoever decides. */
export interface Approving {
  readonly approvalId: string;
  readonly checker: Checker;
}

/** Where a request came from, as it was sent: enough to ask it again. */
export interface Origin {
  readonly operationId: string;
  readonly permission: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** JSON as sent; undefined when there was no body. */
  readonly body?: unknown;
}

const askedSchema = z.object({
  principal: z.custom<Principal>((value) => typeof value === 'object' && value !== null),
  params: z.record(z.string(), z.unknown()),
  query: z.record(z.string(), z.unknown()),
  body: z.unknown().optional(),
  preview: z.object({ status: z.number(), body: z.unknown() }),
});

/** What lies sealed with an approval: who asked for what, and what it would have come to. */
export type Asked = z.output<typeof askedSchema>;

/** The text that is sealed. */
export const askedText = (asked: Asked): string => JSON.stringify(asked);

/** Reads it back. */
export const readAsked = (text: string): Asked => askedSchema.parse(JSON.parse(text));
