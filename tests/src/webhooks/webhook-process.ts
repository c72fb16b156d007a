import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type BankConnections, openBank } from '@finaegis/server/bank';

/** What a process of the test is told on its standard input. */
export interface WebhookProcessTerms {
  readonly connections: BankConnections;
  readonly masterKey: readonly number[];
  readonly tenantId: string;
  readonly accountId: string;
  /** Deposits it books at once, again and again; none where it only delivers. */
  readonly callers: number;
}

// A process of the bank that books deposits and sends webhooks. It opens the bank, says so, and begins when it is told to, so that a test has the
// next one ready when it kills this one.
const [told] = (await once(process.stdin, 'data')) as [Buffer];
const { connections, masterKey, tenantId, accountId, callers } = JSON.parse(told.toString()) as WebhookProcessTerms;
const bank = await openBank({
  connections,
  masterKey: Uint8Array.from(masterKey),
  webhooks: { allowsLoopback: true },
  onError: (where, error) => process.stderr.write(`${where}: ${String(error)}\n`),
});
process.stdout.write('ready\n');
await once(process.stdin, 'data');
bank.sendWebhooks();
const { recordDeposit } = bank.modules.account.handlers;
const metadata = { actor: 'tester', channel: 'test', correlation: 'test' };
const book = async (): Promise<never> => {
  for (;;) {
    const data = { depositId: randomUUID(), accountId, asset: 'EUR', amountMinor: 1n };
    await bank.services.commands.submit(recordDeposit, data, { tenantId, metadata, timeoutMs: 60_000 });
    // A debit of more than there is: it is refused, and nobody may hear of it.
    const tooMuch = { withdrawalId: randomUUID(), accountId, to: 'main:cash', asset: 'EUR', amountMinor: 10n ** 20n };
    await bank.services.commands.submit(bank.modules.account.handlers.withdraw, tooMuch, {
      tenantId,
      metadata,
      timeoutMs: 60_000,
    });
  }
};
await Promise.all(Array.from({ length: callers }, book));
