import { firstProducts } from '@finaegis/bank/account/contract';
import { importAccounts } from '@finaegis/cli/import/import-accounts';
import { importParties } from '@finaegis/cli/import/import-parties';
import type { ImportReport } from '@finaegis/cli/import/import-target';
import { derivedUuid } from '@finaegis/kernel/id';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { gatherStatistics } from '@finaegis/platform/database/statistics';
import { createTenantCommand } from '@finaegis/platform/tenancy/commands';
import type { Bank } from '@finaegis/server/bank';
import { examineCoherence } from '@finaegis/testing/assert-coherent';
import { mappedFile, readOrders } from './files.ts';
import { calendar, type Month, monthOf } from './month.ts';
import { fundAccounts, openClearing, runOrders, settleClearing } from './orders.ts';
import { type Branch, demand } from './submit.ts';

/** What to run. */
export interface CzechBank {
  readonly bank: Bank;
  /** Folder of the bank's records. */
  readonly folder: string;
  /** From 1; only the first month is funded. */
  readonly month: number;
  /** The example's own tenant unless given. */
  readonly tenantId?: string;
  readonly note?: (text: string) => void;
}

/** The line the example prints. Counts are of this run: a second run has nothing to import and nothing to execute. */
export interface CzechBankReport {
  readonly parties: number;
  readonly accounts: number;
  readonly clients: number;
  readonly orders: number;
  readonly executed: number;
  readonly refused: number;
  readonly totalMinor: string;
  readonly banks: number;
  readonly statements: number;
  readonly seconds: number;
  readonly coherent: boolean;
  readonly auditRoot: string;
  /** Orders of this month that had been executed by an earlier run. */
  readonly executedBefore: number;
  /** Why orders were refused, by code. */
  readonly reasons: Readonly<Record<string, number>>;
}

const entity = 'main';

/** Imports the bank, runs one month of its standing orders, settles with the other banks, closes the days and issues the statements. */
export const runCzechBank = async ({ bank, folder, month: number, tenantId = derivedUuid('czech-bank', 'tenant'), note = () => undefined }: CzechBank): Promise<CzechBankReport> => {
  const began = performance.now();
  const branch: Branch = { bank, tenantId, entity, source: 'czech-bank' };
  const month = monthOf(number);
  await openBranch(branch, month);
  const clients = await mappedFile(folder, 'party');
  const parties = await importParties(branch, clients.file, clients.mapping);
  note(`${parties.imported} parties`);
  const imported = await importAccounts(branch, { accounts: await mappedFile(folder, 'account'), mandates: await mappedFile(folder, 'mandate') });
  for (const report of [parties, imported.accounts, imported.mandates]) requireWhole(report);
  note(`${imported.accounts.imported} accounts`);
  await gatherStatistics(bank.pools.write);

  const orders = await readOrders(folder);
  const banks = await openClearing(branch, orders);
  if (number === 1) await fundAccounts(branch, orders);
  const run = await runOrders(branch, orders, number);
  note(`${run.executed} orders`);
  const settled = await settleClearing(branch, banks, number);
  if (settled.length !== banks.length) throw new Error(`Only ${settled.length} of ${banks.length} clearing accounts ended at zero.`);
  await closeDays(branch, month);
  const statements = await issueStatements(branch, month);
  const seconds = Math.round(performance.now() - began) / 1_000;
  note(`${statements} statements`);
  const { problems, root } = await examineCoherence(bank, tenantId);
  for (const problem of problems.slice(0, 10)) note(problem);
  return {
    parties: parties.imported,
    accounts: imported.accounts.imported,
    clients: parties.imported + parties.repeated,
    orders: orders.length,
    executed: run.executed,
    refused: run.refused,
    totalMinor: run.totalMinor.toString(),
    banks: banks.length,
    statements,
    seconds,
    coherent: problems.length === 0,
    auditRoot: root,
    executedBefore: run.repeated,
    reasons: run.reasons,
  };
};

const requireWhole = ({ bad: [first, ...rest] }: ImportReport): void => {
  if (first !== undefined) throw new Error(`Line ${first.line} was refused, and ${rest.length} more: ${first.reason}`);
};

/** Tenant, entity, numbers and products, each once. */
const openBranch = async (branch: Branch, month: Month): Promise<void> => {
  const { asset, ledger, account } = branch.bank.modules;
  await asset.seed();
  await demand({ ...branch, tenantId: platformTenantId }, createTenantCommand, { tenantId: branch.tenantId, name: 'Czech bank' });
  const businessDate = month.businessDays[0] ?? month.dayAfter;
  await demand(branch, ledger.handlers.openEntity, { entity, name: 'Czech bank', functionalAsset: 'CZK', timeZone: 'Europe/Prague', calendar, businessDate });
  await demand(branch, account.handlers.setBankDetails, { entity, country: 'CZ', bankCode: '0600', bic: 'CZBKCZPP', name: 'Czech bank' });
  for (const product of firstProducts) await demand(branch, account.handlers.publishProduct, product);
};

/** Closes each business day of the month that is still ahead and opens the next, up to the first one after it. */
const closeDays = async (branch: Branch, { businessDays, dayAfter }: Month): Promise<void> => {
  const { handlers, reads } = branch.bank.modules.ledger;
  const [books] = await reads.entities(branch.tenantId, entity);
  const ahead = [...businessDays, dayAfter].filter((date) => date >= (books?.businessDate ?? ''));
  for (const [index, businessDate] of ahead.entries()) {
    const next = ahead[index + 1];
    if (next === undefined) return;
    await demand(branch, handlers.closeBusinessDay, { entity, businessDate });
    await demand(branch, handlers.openBusinessDay, { entity, businessDate: next });
  }
};

/** Every account's own cycle: each day with a movement, each Sunday, or the end of the month. */
const issueStatements = async ({ bank, tenantId }: Branch, { dates }: Month): Promise<number> => {
  let issued = 0;
  for (const date of dates) {
    const report = await bank.modules.account.issueDueStatements({ tenantId, entity, date, actor: 'czech-bank', channel: 'import' });
    if (report.refused.length > 0) throw new Error(`${report.refused.length} statements of ${date} were refused.`);
    issued += report.issued;
  }
  return issued;
};
