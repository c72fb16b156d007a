import { instant, text, uuid } from '@finaegis/platform/http/amount';
import { type CursorScope, pageOf, pageQuery } from '@finaegis/platform/http/cursor';
import type { ApiAnswer, ApiRequest } from '@finaegis/platform/http/route';
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { beforeOf, type PaymentHttp, rendered } from './payment-http.ts';

/** What every list of cards is asked with. */
export const cardQuery = {
  ...pageQuery,
  accountId: uuid.optional(),
  asset: text(32).optional(),
  from: instant.optional().describe('Came up at or after it.'),
  to: instant.optional().describe('Came up before it.'),
};

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Where a page begins, and how many rows to read of it: one more than is shown, which says whether there is another. */
export interface ListPage {
  readonly before?: bigint | undefined;
  readonly limit: number;
}

/** How one kind of list is read and shown. */
export interface ListOf<Query, Item> {
  /** In the cursor, so that one of another list is refused. */
  readonly list: string;
  /** `accountIds` are those a customer may see, undefined for staff. */
  readonly read: (
    tenantId: string,
    filter: Omit<Query, keyof PageQuery> & { readonly accountIds: readonly string[] | undefined },
    page: ListPage,
  ) => Promise<readonly { readonly seq: bigint; readonly item: Item }[]>;
  readonly assetsOf: (item: Item) => readonly string[];
  readonly show: (item: Item, amount: ShowAmount) => unknown;
  /** Whether what is shown refers to personal data, which is then filled in. */
  readonly isPersonal?: boolean;
}

/** The usual `assetsOf`. */
export const ofAsset = ({ asset }: { readonly asset: string }): readonly string[] => [asset];

/** One page, newest first; a customer is shown what is of the accounts it has a mandate on. */
export const answerList = async <Query extends PageQuery, Item>(
  http: Pick<PaymentHttp, 'services' | 'access' | 'assets'>,
  { principal, tenantId, query }: Pick<ApiRequest<unknown, Query>, 'principal' | 'tenantId' | 'query'>,
  { list, read, assetsOf, show, isPersonal = false }: ListOf<Query, Item>,
): Promise<ApiAnswer> => {
  const { cursor, limit, ...filter } = query;
  const scope: CursorScope = { list, epoch: http.services.positions.epoch };
  const accountIds = await http.access.visibleAccounts(principal);
  const page = { before: beforeOf(cursor, scope), limit: limit + 1 };
  const rows = await read(tenantId, { ...filter, accountIds }, page);
  const amount = await amountWriter(http.assets, tenantId, new Set(rows.flatMap(({ item }) => assetsOf(item))));
  const body = pageOf(rows, {
    limit,
    scope,
    positionOf: ({ seq }) => [seq.toString()],
    show: ({ item }) => show(item, amount),
  });
  return isPersonal ? rendered(http, tenantId, body) : { status: 200, body };
};
