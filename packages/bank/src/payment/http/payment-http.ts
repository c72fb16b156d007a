import type { Access } from '@finaegis/platform/auth/access';
import { type CursorScope, decodeCursor } from '@finaegis/platform/http/cursor';
import type { ProblemTable } from '@finaegis/platform/http/problem';
import type { ApiAnswer, ApiRequest } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import type { AssetDirectory } from '../../asset/contract.ts';
import type { PaymentHandlers } from '../handlers.ts';
import type { BankRail, PaymentPorts, WebhookVerifier } from '../ports.ts';
import type { PaymentReads } from '../reads.ts';

/** What the routes of payments are built over. */
export interface PaymentHttp {
  readonly services: Services;
  readonly access: Access;
  readonly assets: AssetDirectory;
  readonly accounts: PaymentPorts['accounts']['directory'];
  readonly entities: PaymentPorts['ledger']['reads'];
  readonly handlers: PaymentHandlers;
  readonly reads: PaymentReads;
  readonly rail: Pick<BankRail, 'route' | 'verifyPayee'>;
  /** Whoever may send messages under a name: a provider of the process, or a partner bank of the tenant. */
  findSender(tenantId: string, name: string): Promise<WebhookVerifier | undefined>;
  /** Every refusal a command of this context may answer. */
  readonly problems: ProblemTable;
}

/** The place a page begins at. */
export const beforeOf = (cursor: string | undefined, scope: CursorScope): bigint | undefined =>
  cursor === undefined ? undefined : BigInt(decodeCursor(cursor, scope, place)[0]);

// As large as the database's own counters can be, so that no forged one is an error of ours.
const place = z.tuple([z.string().regex(/^\d{1,18}$/)]);

/** An answer in which references to personal data are filled in. */
export const rendered = async (
  { services }: Pick<PaymentHttp, 'services'>,
  tenantId: string,
  body: unknown,
): Promise<ApiAnswer> => ({
  status: 200,
  body: await services.personalData.render(tenantId, JSON.stringify(body)),
  contentType: 'application/json; charset=utf-8',
});

/** Lets this process go on at once with a saga that an accepted command has started or told something. */
export const adopting = (
  { services }: Pick<PaymentHttp, 'services'>,
  { tenantId, dryRun }: Pick<ApiRequest, 'tenantId' | 'dryRun'>,
  sagaId: string,
  answer: ApiAnswer,
): ApiAnswer => {
  if (!dryRun && answer.status < 300) services.sagas.adopt({ tenantId, sagaId });
  return answer;
};
