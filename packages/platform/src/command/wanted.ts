import { streamName } from '../event-store/read-streams.ts';
import type { Wanted, WantedStream } from './commit-store.ts';
import { type QueuedCommand, tenantsOf } from './decide-batch.ts';
import { type LockRequest, rowName } from './locked-table.ts';

/** Everything a batch's commands declared, each thing once. */
export const wantedBy = (commands: readonly QueuedCommand[]): Wanted => ({
  tenants: tenantsOf(commands),
  rows: wantedRows(commands),
  streams: wantedStreams(commands),
  keys: commands.flatMap(({ tenantId, idempotency }) =>
    idempotency === undefined ? [] : [{ tenantId, ...idempotency }],
  ),
});

const wantedRows = (commands: readonly QueuedCommand[]): Wanted['rows'] => {
  const byTable = new Map<string, Map<string, LockRequest>>();
  for (const { tenantId, needs } of commands) {
    for (const { table, key, mode = 'update' } of needs.rows ?? []) {
      let rows = byTable.get(table.name);
      if (rows === undefined) byTable.set(table.name, (rows = new Map<string, LockRequest>()));
      const name = rowName(tenantId, key);
      // Two commands of a batch may want a row in different ways; the stronger lock serves both.
      if (rows.get(name)?.mode !== 'update') rows.set(name, { tenantId, key, mode });
    }
  }
  const sorted = (rows: Map<string, LockRequest>): LockRequest[] =>
    [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, request]) => request);
  return new Map([...byTable].map(([table, rows]) => [table, sorted(rows)]));
};

const wantedStreams = (commands: readonly QueuedCommand[]): readonly WantedStream[] => {
  const streams = new Map<string, WantedStream>();
  for (const { tenantId, needs } of commands) {
    for (const { aggregate, id, isNew = false } of needs.streams ?? []) {
      const name = streamName(tenantId, aggregate.context, aggregate.stream(id));
      // One command may make the stream and another read it: then it is read.
      const its = streams.get(name);
      streams.set(name, { tenantId, aggregate, id, name, isNew: isNew && (its?.isNew ?? true) });
    }
  }
  return [...streams.values()];
};
