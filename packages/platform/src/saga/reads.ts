import type { Transaction } from '../database/transaction.ts';
import type { LoggedEvent } from '../event-store/event.ts';
import { readStream, rehydrate } from '../event-store/read.ts';
import { read, type Services } from '../services.ts';
import type { Json, SagaFailure } from './definition.ts';
import type { SagaAddress } from './queue.ts';
import { type SagaState, sagaAggregate } from './saga.ts';
import { sagasName } from './sagas-table.ts';

/** A saga as the list shows it. */
export interface SagaRow {
  readonly sagaId: string;
  readonly definition: string;
  readonly version: number;
  readonly subject: string | null;
  readonly parentId: string | null;
  readonly status: string;
  readonly step: string | null;
  readonly phase: string | null;
  readonly attempt: number | null;
  readonly failure: SagaFailure | null;
  readonly startedAt: string;
  readonly changedAt: string;
}

/** The state of one saga, from its stream. */
export const readSaga = (
  services: Pick<Services, 'readPool' | 'catalogue'>,
  { tenantId, sagaId }: SagaAddress,
): Promise<SagaState> =>
  read(services, tenantId, async (tx) => {
    const { state } = await rehydrate(tx, services.catalogue, sagaAggregate, { tenantId, id: sagaId });
    return state;
  });

/** Everything that happened to one saga, oldest first. */
export const readSagaHistory = (
  services: Pick<Services, 'readPool' | 'catalogue'>,
  { tenantId, sagaId }: SagaAddress,
): Promise<readonly LoggedEvent[]> =>
  read(services, tenantId, (tx) =>
    readStream(tx, services.catalogue, { tenantId, context: 'saga', stream: sagaAggregate.stream(sagaId) }),
  );

/** Which sagas are listed. */
export interface SagaFilter {
  readonly status?: string | undefined;
  readonly definition?: string | undefined;
  readonly subject?: string | undefined;
  /** Place of the last one shown. */
  readonly before?: readonly [string, string] | undefined;
  readonly limit: number;
}

/** Sagas of a tenant, newest first. */
export const listSagas = async (
  tx: Transaction,
  tenantId: string,
  { status, definition, subject, before, limit }: SagaFilter,
): Promise<readonly SagaRow[]> => {
  const { rows } = await tx.query<Omit<SagaRow, 'failure'> & { readonly failure: string | null }>({
    name: 'list-sagas',
    text: `select saga_id as "sagaId", definition, version, subject, parent_id as "parentId", status, step, phase, attempt, failure,
        started_at as "startedAt", changed_at as "changedAt"
      from ${sagasName}
      where tenant_id = $1 and ($2::text is null or status = $2) and ($3::text is null or definition = $3)
        and ($4::text is null or subject = $4) and ($5::timestamptz is null or (started_at, saga_id) < ($5, $6::uuid))
      order by started_at desc, saga_id desc limit $7`,
    values: [
      tenantId,
      status ?? null,
      definition ?? null,
      subject ?? null,
      before?.[0] ?? null,
      before?.[1] ?? null,
      limit,
    ],
  });
  return rows.map(({ failure, ...row }) => ({
    ...row,
    failure: failure === null ? null : (JSON.parse(failure) as SagaFailure),
  }));
};

/** The same with the members named in `secrets` blacked out, at any depth. */
export const redacted = (value: Json, secrets: readonly string[]): Json => {
  if (Array.isArray(value)) return value.map((part: Json) => redacted(part, secrets));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      secrets.includes(name) ? '[redacted]' : redacted(part as Json, secrets),
    ]),
  );
};
