import { read, type Services } from '@finaegis/platform/services';
import type { Nostro, PartnerBank } from './bank/bank.ts';
import type { CustodianConnector, StatementEntry, VerifiedWebhook } from './connector.ts';
import { type BankGateway, BankUnreachable, keyAtBank, type ReachedBank } from './gateway.ts';
import { isLegOf, keyOfLegReference } from './transfer/leg.ts';
import { breaksTable, breakTopic } from './views/breaks.ts';
import { transfersTable } from './views/transfers.ts';

/** An entry with whose account it is on, in the words of whoever books it. */
export interface EntryNews {
  readonly bank: string;
  readonly entity: string;
  readonly entryReference: string;
  readonly asset: string;
  readonly side: 'CRDT' | 'DBIT';
  readonly amountMinor: bigint;
  readonly bookingDate: string;
  readonly valueDate?: string | undefined;
  readonly endToEndId?: string | undefined;
  readonly reference?: string | undefined;
  readonly isReturn: boolean;
  readonly returnCode?: string | undefined;
  readonly debtor?: StatementEntry['counterparty'];
  readonly creditorIban?: string | undefined;
  readonly remittance?: string | undefined;
  /** Booked by others here: a leg of a transfer between our own accounts, or what our books had before the bank did. */
  readonly isBookedElsewhere: boolean;
}

/** What a bank told by itself. */
export type NewsOfBank =
  | {
      readonly kind: 'order';
      readonly key: string;
      readonly reference?: string | undefined;
      readonly endToEndId?: string | undefined;
    }
  | { readonly kind: 'entry'; readonly entry: EntryNews }
  | { readonly kind: 'other' };

interface Message {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Uint8Array;
  /** The instant it arrived. */
  readonly now: string;
}

const problems = {
  signature_missing: 'signature_missing',
  signature_wrong: 'signature_wrong',
  signature_stale: 'signature_stale',
  body_malformed: 'malformed',
} as const satisfies Record<Extract<VerifiedWebhook, { readonly isGenuine: false }>['reason'], string>;

/** What the banks of a tenant tell, for whoever keeps and books it. */
export const createBankNews = (services: Services, gateway: Pick<BankGateway, 'reach'>) => {
  /** Undefined where there is no such bank, or no way to it from this process: what such a bank tells cannot be believed here. */
  const reached = async (tenantId: string, bank: string): Promise<ReachedBank | undefined> => {
    try {
      return await gateway.reach(tenantId, bank);
    } catch (error) {
      if (error instanceof BankUnreachable) return undefined;
      throw error;
    }
  };
  return {
    keyAtBank,
    findSender: async (tenantId: string, bank: string) => {
      const connector = (await reached(tenantId, bank))?.connector;
      return connector?.capabilities.hasWebhooks === true ? senderOf(bank, connector) : undefined;
    },
    readNews: async (tenantId: string, bank: string, body: Uint8Array): Promise<NewsOfBank | undefined> => {
      const found = await reached(tenantId, bank);
      if (found === undefined) return undefined;
      const news = found.connector.readWebhook(body);
      if (news.kind !== 'entry') return news;
      const nostro = found.bank.nostros.find(({ iban, asset }) => iban === news.iban && asset === news.asset);
      // On an account that nobody has named as ours nothing can be booked.
      return nostro === undefined
        ? { kind: 'other' }
        : { kind: 'entry', entry: await entryOf(services, tenantId, { bank: found.bank, nostro, entry: news.entry }) };
    },
  };
};

const senderOf = (provider: string, connector: CustodianConnector) => ({
  provider,
  verify: async ({ headers, rawBody, now }: Message) => {
    const told = connector.verifyWebhook({ headers, body: rawBody, receivedAtMs: Date.parse(now) });
    return told.isGenuine
      ? { ok: true as const, messageId: told.eventId, type: told.type }
      : { ok: false as const, reason: problems[told.reason] };
  },
});

/** An entry in the words of whoever books it. */
export const entryOf = async (
  services: Services,
  tenantId: string,
  {
    bank: { bank },
    nostro,
    entry,
  }: { readonly bank: PartnerBank; readonly nostro: Nostro; readonly entry: StatementEntry },
): Promise<EntryNews> => {
  const { entryId, counterparty, ...rest } = entry;
  const [entity = ''] = nostro.account.split(':');
  return {
    ...rest,
    bank,
    entity,
    asset: nostro.asset,
    entryReference: entryId,
    debtor: counterparty,
    isBookedElsewhere:
      (await isLegOfOurs(services, tenantId, entry)) ||
      (await isWaitedFor(services, tenantId, { bank, asset: nostro.asset, entry })),
  };
};

const transfersMax = 10_000;

/** Whether an entry carries the reference of a leg of a transfer that is there: anybody can write a reference of the same form. */
const isLegOfOurs = async (
  services: Services,
  tenantId: string,
  { reference = '', endToEndId = '' }: StatementEntry,
): Promise<boolean> => {
  const key = keyOfLegReference(reference) ?? keyOfLegReference(endToEndId);
  if (key === undefined) return false;
  const transfers = await read(services, tenantId, (tx) => transfersTable.list(tx, tenantId, { limit: transfersMax }));
  return transfers.some(({ transferId }) => isLegOf(transferId, key));
};

const alikeMax = 100;

/** Whether our books had the money before the bank did: an earlier day's posting that waits for this entry, or has found it. */
const isWaitedFor = async (
  services: Services,
  tenantId: string,
  { bank, asset, entry }: { readonly bank: string; readonly asset: string; readonly entry: StatementEntry },
): Promise<boolean> => {
  const { side, amountMinor, bookingDate, endToEndId } = entry;
  if (side !== 'CRDT' || endToEndId === undefined) return false;
  const sought = { topic: breakTopic({ bank, asset }), having: { kind: 'missing_there', endToEndId }, limit: alikeMax };
  const breaks = await read(services, tenantId, (tx) => breaksTable.list(tx, tenantId, sought));
  return breaks.some(
    ({ differenceMinor, status, matchedOn }) =>
      differenceMinor === -amountMinor && (status === 'open' || (status === 'matched' && matchedOn === bookingDate)),
  );
};
