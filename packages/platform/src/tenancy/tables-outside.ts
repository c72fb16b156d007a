/** A table that row-level security does not hold, and what that means. */
export interface TableOutsideTenancy {
  readonly name: string;
  /** Why it cannot or need not be held by row-level security. */
  readonly reason: string;
  readonly retention: string;
  /** What is gone if the table is lost, and how it comes back. */
  readonly lost: string;
}

/** Every table outside tenancy. The leak test refuses a table that is neither held by row-level security nor in this list. */
export const tablesOutsideTenancy: readonly TableOutsideTenancy[] = [
  {
    name: 'finaegis_migrations',
    reason: 'History of the schema; the serving roles have no grant on it.',
    retention: 'for ever',
    lost: 'The next start would apply every migration again and fail at the first; restore it from a dump.',
  },
  {
    name: 'log_epoch',
    reason: 'One row about the database itself, the same for every tenant.',
    retention: 'for ever',
    lost: 'Positions and cursors handed out before are answered `position_unknown`; no booking is lost.',
  },
  {
    name: 'tenants',
    reason:
      'The register that says which tenants there are, read before a tenant is known. It holds names of organisations and nothing of what they do.',
    retention: 'for ever',
    lost: 'Folded again from the events of the context tenancy; the platform tenant’s row is made at the next start.',
  },
  {
    name: 'tenant_heads',
    reason:
      'One counter per tenant, locked for several tenants in one commit and followed across all of them by the tailer.',
    retention: 'for ever',
    lost: 'Counted again: the highest seq of each tenant’s events.',
  },
  {
    name: 'rate_tokens',
    reason:
      'Counts of requests, drawn before the tenant of a request is established; the read role has no grant on it.',
    retention: 'hours: idle buckets are pruned',
    lost: 'Every bucket is full again (it is unlogged and lost in a crash of PostgreSQL).',
  },
  {
    name: 'circuit_breakers',
    reason:
      'Which operations of which provider are failing, the same for every tenant; it holds nothing of what anybody asked for.',
    retention: 'for ever: one row per operation',
    lost: 'Every breaker is automatic and closed; each process opens it again when it has seen the failures itself.',
  },
  {
    name: 'bank_messages',
    reason:
      'Messages exchanged with partner banks over HTTP; a connection is the installation’s, and one statement may be about several tenants. The read role has no grant on it.',
    retention:
      'for ever, as vouchers are: orders are asked about and statements compared long after the bank has forgotten them',
    lost: 'An order whose answer was lost is asked about at the bank, by the same message id; statements that were acknowledged have to be asked for again.',
  },
];

/** A table inside tenancy whose rows are durable but not events: it cannot be folded again. */
export interface DurableWithoutEvents {
  readonly name: string;
  readonly retention: string;
  readonly lost: string;
}

/** Every such table; all of them have a tenant column and are held by row-level security. */
export const durableWithoutEvents: readonly DurableWithoutEvents[] = [
  {
    name: 'stored_answers',
    retention: '30 days',
    lost: 'A repeat under an old Idempotency-Key is decided again; natural ids still keep it from booking twice.',
  },
  {
    name: 'personal_data',
    retention: 'until its subject is erased',
    lost: 'Names, addresses and texts are shown as `erased`; hashes and proofs stay valid.',
  },
  {
    name: 'subject_keys',
    retention: 'until its subject is erased',
    lost: 'The personal data under the keys, as after an erasure.',
  },
  {
    name: 'key_last_use',
    retention: 'as long as the key',
    lost: 'When each API key was last used; it fills again with use.',
  },
  {
    name: 'subscriptions',
    retention: 'as long as the view',
    lost: 'Views fold the log again from its beginning; their tables must be emptied first.',
  },
  {
    name: 'audit_tiles',
    retention: 'for ever',
    lost: 'Nothing: the tree is a pure function of the log. It must be empty before it is sealed anew, with the heads.',
  },
  {
    name: 'audit_heads',
    retention: 'for ever',
    lost: 'What was signed and when. Heads exported elsewhere still prove it.',
  },
  {
    name: 'audit_keys',
    retention: 'for ever',
    lost: 'Which key announced which; exported with the heads.',
  },
  {
    name: 'saga_queue',
    retention: 'until the saga ends',
    lost: 'Nobody goes on with the sagas that are under way: fill it again from `platform_sagas`, whose rows are folded from the log.',
  },
  {
    name: 'webhook_messages',
    retention: '30 days',
    lost: 'What is waiting to be sent; it is made anew from the log by sending again since an instant.',
  },
  {
    name: 'webhook_deliveries',
    retention: '30 days',
    lost: 'As with the messages, and what became of those that were sent.',
  },
  { name: 'webhook_attempts', retention: '30 days', lost: 'What receivers answered, and how long they took.' },
  {
    name: 'webhook_health',
    retention: 'until something is taken again',
    lost: 'Which endpoints fail, and since when; it is found out again.',
  },
  { name: 'webhook_resends', retention: 'until it is done', lost: 'What is left of a resend; ask for it again.' },
  {
    name: 'snapshots',
    retention: 'until a newer one',
    lost: 'Nothing: streams are folded from their first event until new ones are made.',
  },
];
