import { firstProducts } from '@finaegis/bank/account/contract';
import { importAccounts } from '@finaegis/cli/import/import-accounts';
import { importOrders } from '@finaegis/cli/import/import-orders';
import { importParties } from '@finaegis/cli/import/import-parties';
import type { BadRow } from '@finaegis/cli/import/mapping';
import { derivedUuid } from '@finaegis/kernel/id';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { gatherStatistics } from '@finaegis/platform/database/statistics';
import { createTenantCommand } from '@finaegis/platform/tenancy/commands';
import type { Bank } from '@finaegis/server/bank';
import { type Coherence, examineCoherence } from '@finaegis/testing/assert-coherent';
import { fileNames, mappedFile } from './files.ts';
import { calendar, type Month, monthOf } from './month.ts';
import { fundAccounts, noRun, type OrderRun, openClearing, runOrders, settleClearing } from './orders.ts';
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
  /** Parties and accounts that are new. */
  readonly parties: number;
  readonly accounts: number;
  /** Clients and standing orders in the files. */
  readonly clients: number;
  readonly orders: number;
  readonly executed: number;
  readonly refused: number;
  /** Minor units that the executed orders moved. */
  readonly totalMinor: string;
  /** Other banks, all of them settled. */
  readonly banks: number;
  readonly statements: number;
  /** Import, month and statements; the proof that everything agrees comes after. */
  readonly seconds: number;
  readonly coherent: boolean;
  readonly auditRoot: string;
}

/** The report, with what does not fit into its line. */
export interface CzechBankRun {
  readonly report: CzechBankReport;
  /** Why nothing was executed or orders were refused; undefined when all of them were executed. */
  readonly why: string | undefined;
  /** Rows of the files that were refused. */
  readonly bad: readonly (BadRow & { readonly file: string })[];
}

const entity = 'main';

/** Imports the bank, runs one month of its standing orders, settles with the other banks, closes the days and issues the statements. */
export const runCzechBank = async ({
  bank,
  folder,
  month: number,
  tenantId = derivedUuid('czech-bank', 'tenant'),
  note = () => undefined,
}: CzechBank): Promise<CzechBankRun> => {
  const began = performance.now();
  const branch: Branch = { bank, tenantId, entity, source: 'czech-bank' };
  const month = monthOf(number);
  await openBranch(branch, month);
  const imported = await importRecords(branch, folder, note);
  const banks = await openClearing(branch, imported.orders);
  const run = await runMonth(branch, { month, orders: imported.orders, banks });
  note(`${run.executed} orders executed, ${run.refused} refused`);
  const statements = await issueStatements(branch, month);
  const seconds = Math.round(performance.now() - began) / 1_000;
  note(`${statements} statements issued`);
  const { problems, root } = await proven(branch);
  for (const problem of problems.slice(0, 10)) note(problem);
  const { parties, accounts, clients, orders, bad } = imported;
  const counts = {
    executed: run.executed,
    refused: run.refused,
    totalMinor: run.totalMinor.toString(),
    banks: banks.length,
    statements,
    seconds,
  };
  return {
    report: {
      parties,
      accounts,
      clients,
      orders: orders.length,
      ...counts,
      coherent: problems.length === 0,
      auditRoot: root,
    },
    why: whyOf(run, month),
    bad,
  };
};

const importRecords = async (branch: Branch, folder: string, note: (text: string) => void) => {
  const clients = await mappedFile(folder, 'party');
  const parties = await importParties(branch, clients.file, clients.mapping);
  note(`${parties.imported} parties imported, ${parties.repeated} there before`);
  const { accounts, mandates } = await importAccounts(branch, {
    accounts: await mappedFile(folder, 'account'),
    mandates: await mappedFile(folder, 'mandate'),
  });
  note(`${accounts.imported} accounts imported, ${accounts.repeated} there before`);
  const standing = await mappedFile(folder, 'standing_order');
  const { orders, report } = await importOrders(branch, standing.file, standing.mapping);
  note(`${report.imported} standing orders registered, ${report.repeated} there before`);
  if (parties.imported + accounts.imported + report.imported > 0) await gatherStatistics(branch.bank.pools.write);
  const reports = { party: parties, account: accounts, mandate: mandates, standing_order: report };
  const bad = Object.entries(reports).flatMap(([kind, its]) =>
    its.bad.map((row) => ({ file: fileNames[kind as keyof typeof reports], ...row })),
  );
  return {
    parties: parties.imported,
    accounts: accounts.imported,
    clients: parties.imported + parties.repeated,
    orders,
    bad,
  };
};

/** Orders, settlement and the month's days. A month that is over is not run again: whatever was not executed in it never will be. */
const runMonth = async (
  branch: Branch,
  {
    month,
    orders,
    banks,
  }: { readonly month: Month; readonly orders: Parameters<typeof runOrders>[1]; readonly banks: readonly string[] },
): Promise<OrderRun> => {
  const [books] = await branch.bank.modules.ledger.reads.entities(branch.tenantId, entity);
  if (books === undefined || books.businessDate >= month.dayAfter) return noRun;
  await advanceTo(branch, books, month.businessDays[0] ?? month.dayAfter);
  if (month.number === 1) await fundAccounts(branch, orders);
  const run = await runOrders(branch, orders, month.number);
  const settled = await settleClearing(branch, banks, month.number);
  if (settled.length !== banks.length)
    throw new Error(`Only ${settled.length} of ${banks.length} clearing accounts ended at zero.`);
  await closeDays(branch, month);
  return run;
};

/** Leaves a day of a month that was never run. */
const advanceTo = async (branch: Branch, books: { readonly businessDate: string }, first: string): Promise<void> => {
  if (books.businessDate >= first) return;
  const { handlers } = branch.bank.modules.ledger;
  await demand(branch, handlers.closeBusinessDay, { entity, businessDate: books.businessDate });
  await demand(branch, handlers.openBusinessDay, { entity, businessDate: first });
};

const whyOf = ({ executed, repeated, refused, reasons }: OrderRun, { number, dates }: Month): string | undefined => {
  const told = Object.entries(reasons).map(([code, count]) => `${code} ${count}`);
  if (refused > 0) return `${refused} orders were refused: ${told.join(', ')}.`;
  if (executed > 0) return undefined;
  return repeated > 0
    ? `All orders of month ${number} had been executed before.`
    : `Month ${number} (${dates[0] ?? ''} to ${dates.at(-1) ?? ''}) is over: its orders were run and its days are closed.`;
};

/** Waits for the views, so that what is proven of them is all of it. */
const proven = async ({ bank, tenantId }: Branch): Promise<Coherence> => {
  const { rows } = await bank.pools.system.query<{ seq: bigint }>('select seq from tenant_heads where tenant_id = $1', [
    tenantId,
  ]);
  const follower = bank.follow();
  follower.wake();
  const isThere = await follower.caughtUp({ tenantId, seq: rows[0]?.seq ?? 0n }, 60_000);
  const coherence = await examineCoherence(bank, tenantId);
  return isThere ? coherence : { ...coherence, problems: ['the views are behind', ...coherence.problems] };
};

/** Tenant, entity, numbers and products, each once. */
const openBranch = async (branch: Branch, month: Month): Promise<void> => {
  const { asset, ledger, account } = branch.bank.modules;
  await asset.seed();
  await demand({ ...branch, tenantId: platformTenantId }, createTenantCommand, {
    tenantId: branch.tenantId,
    name: 'Czech bank',
  });
  const businessDate = month.businessDays[0] ?? month.dayAfter;
  await demand(branch, ledger.handlers.openEntity, {
    entity,
    name: 'Czech bank',
    functionalAsset: 'CZK',
    timeZone: 'Europe/Prague',
    calendar,
    businessDate,
  });
  await demand(branch, account.handlers.setBankDetails, {
    entity,
    country: 'CZ',
    bankCode: '0600',
    bic: 'CZBKCZPP',
    name: 'Czech bank',
  });
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
    const report = await bank.modules.account.issueDueStatements({
      tenantId,
      entity,
      date,
      actor: 'czech-bank',
      channel: 'import',
    });
    if (report.refused.length > 0) throw new Error(`${report.refused.length} statements of ${date} were refused.`);
    issued += report.issued;
  }
  return issued;
};
