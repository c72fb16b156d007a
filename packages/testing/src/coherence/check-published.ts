import { amountWriter } from '@finaegis/bank/asset/contract';
import { inTransaction } from '@finaegis/platform/database/transaction';
import { open } from '@finaegis/platform/event-store/envelope';
import { readLog } from '@finaegis/platform/event-store/read';
import { publishedCatalogue } from '@finaegis/platform/published/catalogue';
import { messagesOf } from '@finaegis/platform/published/publisher';
import type { Bank } from '@finaegis/server/bank';
import { moduleList } from '@finaegis/server/modules';

const stretchMax = 2_000;

/**
 * What of a tenant's log could not be told to those outside: every event that is published has to be shown whole, with its amounts, and without
 * minor units or references to personal data. An event that cannot be told would hold up all webhooks of the tenant.
 */
export const checkPublished = (bank: Bank, tenantId: string): Promise<readonly string[]> => {
  const { catalogue, positions } = bank.services;
  const published = publishedCatalogue(moduleList(bank.modules));
  const { directory } = bank.modules.asset;
  const tools = {
    catalogue,
    positions,
    published,
    amounts: (its: string, assets: readonly string[]) => amountWriter(directory, its, assets),
  };
  return inTransaction(bank.pools.read, { tenants: [tenantId], readOnly: true }, async (tx) => {
    const problems: string[] = [];
    const { contexts } = published;
    for (let after = 0n; ; ) {
      const { rows } = await readLog(tx, { tenantId, contexts, after, upTo: 2n ** 62n, limit: stretchMax });
      const events = rows
        .filter(({ type }) => published.madeOf(type).length > 0)
        .map((row) => open(catalogue, row.envelope, row.seq));
      try {
        const messages = await messagesOf(tx, tools, { tenantId, events });
        const telling = messages.filter(({ body }) => /Minor":|"commitment":/.test(body));
        problems.push(...telling.map(({ body }) => `told outside what is ours: ${body.slice(0, 500)}`));
      } catch (error) {
        problems.push(`cannot be told outside, from seq ${after + 1n} on: ${String(error)}`);
      }
      const last = rows.at(-1)?.seq;
      if (last === undefined || rows.length < stretchMax) return problems;
      after = last;
    }
  });
};
