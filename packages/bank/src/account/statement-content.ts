import { read, type Services } from '@finaegis/platform/services';
import type { AssetDirectory } from '../asset/contract.ts';
import { isHouseAccountId, type LedgerReads, purposeCodeOf } from '../ledger/contract.ts';
import type { Parties } from '../party/contract.ts';
import type { Identifier } from './identifier/identifier.ts';
import {
  entryReference,
  type StatementCounterparty,
  type StatementDocument,
  type StatementEntry,
} from './statement/document.ts';
import { entriesDigest, netOf } from './statement/entries.ts';
import type { Statement } from './statement/statement.ts';
import { type AccountRow, findAccounts } from './views/accounts.ts';
import { identifiersOf } from './views/identifiers.ts';
import { findNumbering } from './views/numbering.ts';

/** A statement that does not say any more what was issued: a bug, or somebody changed what may never change. It is not shown to anyone. */
export class StatementAltered extends Error {
  override readonly name = 'StatementAltered';
  readonly code = 'statement_altered';
}

/** What a statement is written from. */
export interface StatementSources {
  readonly services: Pick<Services, 'readPool' | 'personalData'>;
  readonly ledger: Pick<LedgerReads, 'postingsWithin' | 'texts' | 'entities'>;
  readonly assets: Pick<AssetDirectory, 'get'>;
  readonly parties: Pick<Parties, 'displayNames'>;
}

type Posting = Awaited<ReturnType<LedgerReads['postingsWithin']>>[number];

/**
 * The document of a statement: its numbers from the history, held against the digest that was issued; its names as they are today.
 * @throws StatementAltered when the history does not say what was issued
 */
export const statementDocument = async (
  sources: StatementSources,
  tenantId: string,
  statement: Statement,
): Promise<StatementDocument> => {
  const { accountId, asset, from, to } = statement;
  const postings = await sources.ledger.postingsWithin(tenantId, [{ account: accountId, asset, from, to }]);
  requireUnaltered(statement, postings);

  const facts = await sources.assets.get(tenantId, asset);
  if (facts === undefined) throw new Error(`The asset ${asset} is booked and not registered.`);
  const others = postings.flatMap(({ counterparty }) =>
    counterparty === undefined || isHouseAccountId(counterparty) ? [] : [counterparty],
  );
  const [known, texts] = await Promise.all([
    readAccounts(sources, tenantId, [...new Set([accountId, ...others])]),
    sources.ledger.texts(
      tenantId,
      postings.flatMap(({ description }) => description ?? []),
    ),
  ]);
  const own = known.get(accountId);
  if (own === undefined) throw new Error(`There is a statement of account ${accountId} and no such account.`);
  const { row } = own;
  const [servicer, name] = await Promise.all([
    servicerOf(sources, tenantId, row.entity),
    nameOf(sources, tenantId, row),
  ]);
  return {
    number: statement.number,
    account: {
      id: accountId,
      localNumber: valueOf(own.identifiers, 'local') ?? accountId,
      iban: valueOf(own.identifiers, 'iban'),
      name,
      currency: asset,
      decimals: facts.decimals,
      owner: { name: own.holders },
    },
    servicer,
    period: { from, to },
    createdAt: statement.issuedAt,
    openingBalance: { amountMinor: statement.openingMinor, date: from },
    closingBalance: { amountMinor: statement.closingMinor, date: to },
    entries: postings.map((posting) => entryOf(posting, known, texts)),
  };
};

const requireUnaltered = (statement: Statement, postings: readonly Posting[]): void => {
  const closingMinor = statement.openingMinor + netOf(postings);
  if (entriesDigest(postings) === statement.digest && closingMinor === statement.closingMinor) return;
  const { accountId, asset, number } = statement;
  throw new StatementAltered(`Statement ${number} of account ${accountId} in ${asset} no longer says what was issued.`);
};

interface KnownAccount {
  readonly row: AccountRow;
  readonly identifiers: readonly Identifier[];
  /** Names of its holders in one line. */
  readonly holders: string;
}

const readAccounts = async (
  { services, parties }: StatementSources,
  tenantId: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, KnownAccount>> => {
  const [rows, identifiers] = await read(services, tenantId, (tx) =>
    Promise.all([findAccounts(tx, tenantId, accountIds), identifiersOf(tx, tenantId, accountIds)]),
  );
  const names = await parties.displayNames(
    tenantId,
    rows.flatMap(({ holders }) => holders.map(({ partyId }) => partyId)),
  );
  return new Map(
    rows.map((row) => [
      row.accountId,
      {
        row,
        identifiers: identifiers.get(row.accountId) ?? [],
        holders: row.holders.map(({ partyId }) => names.get(partyId) ?? partyId).join(', '),
      },
    ]),
  );
};

const valueOf = (identifiers: readonly Identifier[], scheme: Identifier['scheme']): string | undefined =>
  identifiers.find((identifier) => identifier.scheme === scheme)?.value;

const servicerOf = async (
  { services, ledger }: StatementSources,
  tenantId: string,
  entity: string,
): Promise<StatementDocument['servicer']> => {
  const [numbering, [legal]] = await Promise.all([
    read(services, tenantId, (tx) => findNumbering(tx, tenantId, entity)),
    ledger.entities(tenantId, entity),
  ]);
  return { name: numbering?.bank?.name ?? legal?.name ?? entity, bic: numbering?.bank?.bic };
};

const nameOf = async (
  { services }: StatementSources,
  tenantId: string,
  { name }: AccountRow,
): Promise<string | undefined> => {
  if (name === undefined) return undefined;
  return (await read(services, tenantId, (tx) => services.personalData.read(tx, tenantId, [name.ref]))).get(name.ref);
};

const entryOf = (
  posting: Posting,
  known: ReadonlyMap<string, KnownAccount>,
  texts: ReadonlyMap<string, string>,
): StatementEntry => ({
  reference: entryReference(posting.journalId, posting.line),
  bookingDate: posting.bookingDate,
  valueDate: posting.valueDate,
  creditDebit: posting.side,
  amountMinor: posting.amountMinor,
  isReversal: posting.reverses !== undefined,
  bankTransactionCode: purposeCodeOf(posting).bankTransactionCode,
  endToEndId: posting.endToEndId,
  counterparty: counterpartyOf(posting, known),
  remittance: posting.description === undefined ? undefined : texts.get(posting.description),
  journalId: posting.journalId,
});

// What the house calls its own accounts is nobody else's business.
const counterpartyOf = (
  { counterparty }: Posting,
  known: ReadonlyMap<string, KnownAccount>,
): StatementCounterparty | undefined => {
  const other = counterparty === undefined ? undefined : known.get(counterparty);
  if (other === undefined) return undefined;
  return {
    name: other.holders,
    iban: valueOf(other.identifiers, 'iban'),
    accountId: valueOf(other.identifiers, 'local'),
  };
};
