import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readConfig } from '@finaegis/platform/config/config';
import { createLogger } from '@finaegis/platform/observability/logger';
import { createMetrics } from '@finaegis/platform/observability/metrics';
import { type BankConnections, openBank } from '@finaegis/server/bank';
import { createServer } from '@finaegis/server/server';

/** What a process of the test is told on its standard input. */
export interface RealtimeProcessTerms {
  readonly connections: BankConnections;
  readonly masterKey: readonly number[];
  readonly tenantId: string;
  readonly accountId: string;
  readonly port: number;
  /** Deposits it books at once, again and again; none where it only tells. */
  readonly callers: number;
}

// A process of the bank that books deposits and tells of them. It opens the bank, says so, and begins when it is told to, so that a test has the
// next one ready when it kills this one.
const [told] = (await once(process.stdin, 'data')) as [Buffer];
const terms = JSON.parse(told.toString()) as RealtimeProcessTerms;
const { connections, tenantId, accountId, port, callers } = terms;
const bank = await openBank({
  connections,
  masterKey: Uint8Array.from(terms.masterKey),
  onError: (where, error) => process.stderr.write(`${where}: ${String(error)}\n`),
});
const http = await createServer({
  bank,
  config: readConfig({ LOG_LEVEL: 'error' }),
  logger: createLogger({ level: 'error', service: 'finaegis-test' }),
  metrics: createMetrics(),
  follower: undefined,
});
process.stdout.write('ready\n');
await once(process.stdin, 'data');
await http.listen({ host: '127.0.0.1', port });
const { recordDeposit, withdraw } = bank.modules.account.handlers;
const how = {
  tenantId,
  metadata: { actor: 'tester', channel: 'test', correlation: 'test' },
  timeoutMs: 60_000,
} as const;
const book = async (): Promise<never> => {
  for (;;) {
    const data = { depositId: randomUUID(), accountId, asset: 'EUR', amountMinor: 1n };
    await bank.services.commands.submit(recordDeposit, data, how);
    // A debit of more than there is: it is refused, and nobody may hear of it.
    const tooMuch = { withdrawalId: randomUUID(), accountId, to: 'main:cash', asset: 'EUR', amountMinor: 10n ** 20n };
    await bank.services.commands.submit(withdraw, tooMuch, how);
  }
};
await Promise.all(Array.from({ length: callers }, book));
