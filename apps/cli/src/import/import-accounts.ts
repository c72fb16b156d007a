import type { OpenAccountData } from '@finaegis/bank/account/contract';
import type { TextSource } from '@finaegis/bank/iso20022/text-source';
import { type ImportReport, type ImportTarget, importedId, newTally, reportOf, submitRecord } from './import-target.ts';
import { forEachInFlight } from './in-flight.ts';
import { type BadRow, type Mapping, readMapped } from './mapping.ts';
import type { RecordOf } from './records.ts';

/** A delimited file with its mapping. */
export interface MappedSource {
  readonly file: TextSource;
  readonly mapping: Mapping;
}

/** What an import of accounts did, and that of the mandates on them. */
export interface AccountsReport {
  readonly accounts: ImportReport;
  /** Owners are granted in the commit that opens their account and are not counted here. */
  readonly mandates: ImportReport;
}

type Mandate = { readonly line: number; readonly record: RecordOf<'mandate'> };

/**
 * Imports accounts with their holders, then the other mandates on them. The file of mandates is read first, since an account is opened with
 * its owners.
 * @throws MappingInvalid; FileRefused when a file cannot be read to its end
 */
export const importAccounts = async (
  target: ImportTarget,
  sources: { readonly accounts: MappedSource; readonly mandates: MappedSource },
): Promise<AccountsReport> => {
  const mandates = await readMandates(sources.mandates);
  const { report: accounts, opened } = await openAccounts(target, sources.accounts, mandates.holders);
  const left = [...mandates.holders].flatMap(([account, holders]) => (opened.has(account) ? [] : holders));
  const unopened = left.map(({ line, record: { accountExternalId } }) => ({
    line,
    field: 'accountExternalId',
    reason: `the account ${accountExternalId} was not opened, and an owner is granted with its opening`,
  }));
  return { accounts, mandates: await grantMandates(target, { ...mandates, bad: [...mandates.bad, ...unopened] }) };
};

interface ReadMandates {
  /** Owners and joint owners by their account's external number. */
  readonly holders: ReadonlyMap<string, readonly Mandate[]>;
  readonly others: readonly Mandate[];
  readonly bad: readonly BadRow[];
}

const readMandates = async ({ file, mapping }: MappedSource): Promise<ReadMandates> => {
  const { good, bad } = readMapped(file, mapping, 'mandate');
  const holders = new Map<string, Mandate[]>();
  const others: Mandate[] = [];
  const refused: BadRow[] = [];
  for await (const mandate of good) {
    const { right, accountExternalId, from, to } = mandate.record;
    if (right !== 'owner' && right !== 'joint') others.push(mandate);
    else if (from !== undefined || to !== undefined)
      refused.push({ line: mandate.line, reason: 'an owner holds an account as long as it is open, without a period' });
    else holders.set(accountExternalId, [...(holders.get(accountExternalId) ?? []), mandate]);
  }
  return { holders, others, bad: [...bad, ...refused] };
};

const openAccounts = async (
  target: ImportTarget,
  { file, mapping }: MappedSource,
  holders: ReadMandates['holders'],
): Promise<{ readonly report: ImportReport; readonly opened: ReadonlySet<string> }> => {
  const { good, bad } = readMapped(file, mapping, 'account');
  const tally = newTally();
  const unfit: BadRow[] = [];
  const opened = new Set<string>();
  const handler = target.bank.modules.account.handlers.openAccount;
  await forEachInFlight(good, async ({ line, record }) => {
    tally.read += 1;
    const problem = problemOf(record);
    if (problem !== undefined) return void unfit.push({ line, ...problem });
    const data = accountOf(target, record, holders.get(record.externalId) ?? []);
    if (await submitRecord(target, tally, { handler, data, line })) opened.add(record.externalId);
  });
  return { report: reportOf(tally, [...bad, ...unfit]), opened };
};

/** What the records may say and the bank cannot do. */
const problemOf = ({ statementCycle, localNumber, iban }: RecordOf<'account'>): Omit<BadRow, 'line'> | undefined => {
  if (statementCycle !== undefined && cycles[statementCycle] === undefined)
    return { field: 'statementCycle', reason: 'statements are issued monthly, weekly or after transactions' };
  if (localNumber !== undefined)
    return { field: 'localNumber', reason: 'the bank issues its own numbers; map it to externalId' };
  return iban === undefined
    ? undefined
    : { field: 'iban', reason: 'the bank issues its own IBANs; map it to externalId' };
};

const cycles: Readonly<
  Partial<Record<NonNullable<RecordOf<'account'>['statementCycle']>, NonNullable<OpenAccountData['statementCycle']>>>
> = {
  monthly: 'monthly',
  weekly: 'weekly',
  after_transaction: 'transaction',
};

const accountOf = (
  target: ImportTarget,
  { externalId, product, asset, statementCycle, name }: RecordOf<'account'>,
  holders: readonly Mandate[],
): OpenAccountData => {
  const cycle = statementCycle === undefined ? undefined : cycles[statementCycle];
  return {
    accountId: importedId(target, 'account', externalId),
    entity: target.entity,
    product,
    asset,
    holders: holders.map(({ record: { externalId: mandate, partyExternalId, right } }) => ({
      partyId: importedId(target, 'party', partyExternalId),
      kind: right === 'joint' ? 'joint' : 'owner',
      mandateId: importedId(target, 'mandate', mandate),
    })),
    externalReference: externalId,
    ...(cycle === undefined ? {} : { statementCycle: cycle }),
    ...(name === undefined ? {} : { name }),
  };
};

const grantMandates = async (target: ImportTarget, { others, bad }: ReadMandates): Promise<ImportReport> => {
  const tally = newTally();
  const unfit: BadRow[] = [];
  const { ledger, party } = target.bank.modules;
  const accountIds = others.map(({ record }) => importedId(target, 'account', record.accountExternalId));
  const known = await ledger.directory.accounts(target.tenantId, accountIds);
  await forEachInFlight(
    others,
    async ({ line, record: { externalId, partyExternalId, accountExternalId, right, from, to } }) => {
      tally.read += 1;
      const accountId = importedId(target, 'account', accountExternalId);
      // The decider of a mandate does not know accounts; a route asks this as well.
      if (!known.has(accountId))
        return void unfit.push({
          line,
          field: 'accountExternalId',
          reason: `there is no account ${accountExternalId}`,
        });
      const data = {
        mandateId: importedId(target, 'mandate', externalId),
        partyId: importedId(target, 'party', partyExternalId),
        accountId,
        kind: right,
        limits: [],
        ...(from === undefined ? {} : { validFrom: `${from}T00:00:00.000Z` }),
        ...(to === undefined ? {} : { validTo: `${to}T00:00:00.000Z` }),
      };
      await submitRecord(target, tally, { handler: party.handlers.grantMandate, data, line });
    },
  );
  return reportOf(tally, [...bad, ...unfit]);
};
