import { type CursorScope, decodeCursor, pageOf } from '@finaegis/platform/http/cursor';
import { ProblemError, type ProblemTable } from '@finaegis/platform/http/problem';
import type { ApiAnswer, ApiRequest } from '@finaegis/platform/http/route';
import { read, type Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { type AssetDirectory, amountWriter, type ShowAmount } from '../../asset/contract.ts';
import type { BankGateway } from '../gateway.ts';
import { BankUnreachable } from '../gateway.ts';
import type { CustodianHandlers } from '../handlers.ts';
import type { CustodianPorts } from '../ports.ts';
import type { ReconciledAccount, ReconciliationRun } from '../reconcile.ts';
import type { DocumentTable } from '../views/stored-documents.ts';

/** What the routes of this context are built over. */
export interface CustodianHttp {
  readonly services: Services;
  readonly assets: AssetDirectory;
  readonly handlers: CustodianHandlers;
  readonly gateway: BankGateway;
  readonly problems: ProblemTable;
  readonly callsOf: CustodianPorts['callsOf'];
  reconcile(run: ReconciliationRun): Promise<readonly ReconciledAccount[]>;
}

/** @throws ProblemError `not_found` */
export const findOne = async <Row>(
  { services }: Pick<CustodianHttp, 'services'>,
  table: DocumentTable<Row>,
  { tenantId, id }: { readonly tenantId: string; readonly id: string },
): Promise<Row> => {
  const row = await read(services, tenantId, (tx) => table.find(tx, tenantId, id));
  if (row === undefined) throw new ProblemError('not_found', { about: { sought: id } });
  return row;
};

/** What a list is narrowed and continued by. */
export interface ListQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
  readonly topic?: string | undefined;
  readonly status?: string | undefined;
}

/** One page of a table, from the highest id. */
export const listPage = async <Row>(
  { services, assets }: Pick<CustodianHttp, 'services' | 'assets'>,
  { tenantId }: Pick<ApiRequest, 'tenantId'>,
  { cursor, limit, topic, status }: ListQuery,
  {
    table,
    idOf,
    assetsOf,
    show,
  }: {
    readonly table: DocumentTable<Row>;
    idOf(row: Row): string;
    assetsOf(row: Row): readonly string[];
    show(row: Row, amount: ShowAmount): unknown;
  },
): Promise<ApiAnswer> => {
  const scope: CursorScope = {
    list: [table.name, topic ?? '', status ?? ''].join(' '),
    epoch: services.positions.epoch,
  };
  const before = cursor === undefined ? undefined : decodeCursor(cursor, scope, z.tuple([z.string()]))[0];
  const rows = await read(services, tenantId, (tx) =>
    table.list(tx, tenantId, { topic, status, before, limit: limit + 1 }),
  );
  const amount = await amountWriter(assets, tenantId, rows.flatMap(assetsOf));
  return {
    status: 200,
    body: pageOf(rows, { limit, scope, positionOf: (row) => [idOf(row)], show: (row) => show(row, amount) }),
  };
};

/**
 * Asks a bank on behalf of a request.
 * @throws ProblemError `bank_not_reachable` where it does not answer
 */
export const askBank = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BankUnreachable && error.code === 'partner_bank_unknown')
      throw new ProblemError('not_found', {}, { cause: error });
    if (error instanceof BankUnreachable || isProviderError(error))
      throw new ProblemError('bank_not_reachable', { facts: { reason: error.code } }, { cause: error });
    throw error;
  }
};

const providerErrors = new Set([
  'ProviderFault',
  'ProviderUnavailable',
  'ProviderBusy',
  'OutcomeUnknown',
  'MessageRejected',
]);
const isProviderError = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && providerErrors.has(error.name);
