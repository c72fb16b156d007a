import type { QueryResult } from 'pg';
import { plainArray, textArray } from '../database/array-parameters.ts';
import type { Statement } from '../database/statement.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Answer } from './handler.ts';

/** SQLSTATE of finaegis_require_all: another transaction took a key (or a stream) this batch meant to take. */
export const keyTaken = 'FA001';

/** The transport's own repeat protection: one caller, one key, one request. */
export interface IdempotencyKey {
  readonly principalId: string;
  readonly key: string;
  /** Of method, route and canonical body; the same key with another one is a different request and is refused. */
  readonly fingerprint: string;
}

/** An answer under the key it was given for. */
export interface KeyedAnswer extends IdempotencyKey {
  readonly tenantId: string;
  readonly answer: Answer;
}

interface AnswerRow {
  readonly tenant_id: string;
  readonly principal_id: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
}

/** The one way a key is named in maps. */
export const keyName = (
  tenantId: string,
  { principalId, key }: { readonly principalId: string; readonly key: string },
): string => `${tenantId} ${principalId.length} ${principalId} ${key}`;

/** The answers already given under any of the keys. */
export const readAnswers = async (
  tx: Transaction,
  keys: readonly (IdempotencyKey & { readonly tenantId: string })[],
): Promise<ReadonlyMap<string, KeyedAnswer>> => {
  if (keys.length === 0) return new Map();
  const { rows }: QueryResult<AnswerRow> = await tx.query({
    name: 'read-answers',
    text: `select a.*
      from unnest($1::uuid[], $2::text[], $3::text[]) as wanted (tenant_id, principal_id, key)
      cross join lateral (
        select tenant_id, principal_id, key, fingerprint, status, body from stored_answers
        where tenant_id = wanted.tenant_id and principal_id = wanted.principal_id and key = wanted.key offset 0) a`,
    values: [
      plainArray(keys.map(({ tenantId }) => tenantId)),
      textArray(keys.map(({ principalId }) => principalId)),
      textArray(keys.map(({ key }) => key)),
    ],
  });
  return new Map(
    rows.map((row) => {
      const id = { principalId: row.principal_id, key: row.key };
      return [
        keyName(row.tenant_id, id),
        {
          tenantId: row.tenant_id,
          ...id,
          fingerprint: row.fingerprint,
          answer: { status: row.status, body: row.body },
        },
      ];
    }),
  );
};

/** Takes the keys and stores the answers, sorted so that two batches never wait for each other; fails with `keyTaken` unless all were free. */
export const storeAnswers = (answers: readonly KeyedAnswer[], storedAt: string): Statement => {
  const named = answers.map((answer) => ({ name: keyName(answer.tenantId, answer), answer }));
  const sorted = named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ answer }) => answer);
  return {
    name: 'store-answers',
    text: `with stored as (
        insert into stored_answers (tenant_id, principal_id, key, fingerprint, status, body, stored_at)
        select tenant_id, principal_id, key, fingerprint, status, body, $7::timestamptz
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[])
          as sent (tenant_id, principal_id, key, fingerprint, status, body)
        on conflict do nothing returning 1)
      select case when count(*) <> $8 then finaegis_require_all(count(*), $8) end from stored`,
    values: [
      plainArray(sorted.map(({ tenantId }) => tenantId)),
      textArray(sorted.map(({ principalId }) => principalId)),
      textArray(sorted.map(({ key }) => key)),
      textArray(sorted.map(({ fingerprint }) => fingerprint)),
      plainArray(sorted.map(({ answer }) => answer.status)),
      textArray(sorted.map(({ answer }) => answer.body)),
      storedAt,
      sorted.length,
    ],
  };
};
