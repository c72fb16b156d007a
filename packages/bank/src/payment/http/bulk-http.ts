import { isCustomer } from '@finaegis/platform/auth/access';
import { ProblemError } from '@finaegis/platform/http/problem';
import type { ApiRequest } from '@finaegis/platform/http/route';
import { batchIdOf } from '../bulk/batch.ts';
import type { BulkPayment } from '../bulk/bulk.ts';
import type { BulkHandlers, BulkStepHandlers } from '../bulk/commands.ts';
import type { BulkReads } from '../bulk-reads.ts';
import type { PaymentHttp } from './payment-http.ts';

/** What the routes of bulk payments are built over besides. */
export interface BulkHttp extends Omit<PaymentHttp, 'handlers' | 'reads'> {
  readonly bulk: BulkHandlers;
  readonly bulkSteps: Pick<BulkStepHandlers, 'concludeLines'>;
  readonly bulkReads: BulkReads;
  readonly numbers: { accountOf(tenantId: string, iban: string): Promise<string | undefined> };
}

/** The file, for whoever may see it. */
export const visible = async (
  { access, bulkReads }: BulkHttp,
  { principal, tenantId, params: { bulkId } }: ApiRequest<{ readonly bulkId: string }>,
): Promise<BulkPayment> => {
  const bulk = await bulkReads.bulk(tenantId, bulkId);
  if (bulk.status === 'unknown') throw new ProblemError('not_found', { about: { sought: bulkId } });
  if (!isCustomer(principal)) return bulk;
  const payers = new Set(bulk.totals.map(({ debtorAccountId }) => debtorAccountId));
  for (const payer of payers) {
    // A run of standing orders has many payers and is the bank's own business.
    if (payer === undefined) throw new ProblemError('not_found', { about: { sought: bulkId } });
    await access.require(principal, payer, 'view');
  }
  return bulk;
};

/** Ids of the streams its lines lie in. */
export const batchIdsOf = ({ bulkId, digest, batchCount }: BulkPayment): readonly string[] =>
  Array.from({ length: batchCount }, (_, number) => batchIdOf({ bulkId, digest }, number));
