import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createPool } from '@finaegis/platform/database/pool';
import { sealText } from '@finaegis/platform/event-store/sealed-text';
import { newSecretText } from '@finaegis/platform/webhook/secret-text';
import { declaredModules } from '@finaegis/server/modules';
import { fdatasyncLatency, oneRowInsert } from './ceilings.ts';
import { benchDatabase } from './database.ts';
import { type Books, openBooks, submission, tenantId } from './ledger-books.ts';
import { UnknownCell } from './ledger-cells.ts';
import { type BenchOptions, cellOf, describeMachine, type Report } from './report.ts';
import type { Seen } from './webhook-receiver.ts';

/** The only cell: messages of a steady stream of bookings, to endpoints one in twenty of which is dead. */
const cellId = 'deliver';
const endpointsCount = 20;
const deadCount = 1;
/** Bookings a second; each is a message to every endpoint, 1,140 a second to those that live. */
const bookingsPerSecond = 60;
const tickMs = 50;
const settleTimeoutMs = 30_000;

/** Deliveries to a fast receiver on this machine, from the booking until the message has arrived there. */
export const webhookBench = async ({ only, isQuick, note }: BenchOptions): Promise<Report> => {
  for (const wanted of only ?? []) if (wanted !== cellId) throw new UnknownCell(wanted, [{ id: cellId }]);
  return deliver(isQuick ? { warmUpMs: 1_500, runMs: 4_000 } : { warmUpMs: 4_000, runMs: 15_000 }, note);
};

/** The cell, for as long as told. */
export const deliver = async (
  { warmUpMs, runMs }: { readonly warmUpMs: number; readonly runMs: number },
  note: BenchOptions['note'],
): Promise<Report> => {
  const database = await benchDatabase(declaredModules());
  const books = await openBooks(database, 100, { webhooks: { allowsLoopback: true } });
  const admin = createPool(database.admin, { applicationName: 'benchmark', max: 2 });
  const receiver = new Worker(new URL('../dist/webhook-receiver.js', import.meta.url));
  try {
    const [port] = (await once(receiver, 'message')) as [number];
    for (let number = 0; number < endpointsCount; number++)
      await subscribe(books, `http://127.0.0.1:${port}/${number < deadCount ? 'dead' : 'live'}/${number}`);
    books.bank.sendWebhooks();
    await stream(books, warmUpMs);
    await settled(admin);
    await seenBy(receiver);
    await admin.query('analyze');
    const begunAt = performance.now();
    const bookings = await stream(books, runMs);
    await settled(admin);
    const elapsedMs = performance.now() - begunAt;
    const { latenciesMs, repeats } = await seenBy(receiver);
    note(`${bookings} bookings, ${latenciesMs.length} messages taken, ${repeats} of them repeated`);
    const wanted = bookings * (endpointsCount - deadCount);
    const missing = wanted - latenciesMs.length;
    return {
      bench: 'webhook',
      machine: describeMachine(),
      ceilings: {
        oneRowInsert8: await oneRowInsert(database.admin, { clients: 8, bytes: 900, durationMs: 300 }),
        fdatasyncMs: fdatasyncLatency(database.dataFolder, 60),
      },
      cells: {
        [cellId]: {
          ...cellOf(latenciesMs, elapsedMs),
          endpoints: endpointsCount,
          dead: deadCount,
          repeats,
        },
      },
      failures: missing === 0 ? [] : [`${missing} of ${wanted} messages did not arrive.`],
    };
  } finally {
    await books.bank.close();
    await admin.end();
    await receiver.terminate();
    await database.close();
  }
};

/** Books transfers at a steady rate; gives back how many were acknowledged. */
const stream = async ({ bank, accounts }: Books, durationMs: number): Promise<number> => {
  const perTick = (bookingsPerSecond * tickMs) / 1_000;
  const booked: Promise<unknown>[] = [];
  const begunAt = performance.now();
  for (let tick = 0; tick * tickMs < durationMs; tick++) {
    for (let number = 0; number < perTick; number++) {
      const [from = '', to = ''] = [accounts[booked.length % 50], accounts[50 + (booked.length % 50)]];
      const line = { asset: 'EUR', amountMinor: 1n, purpose: 'principal' } as const;
      booked.push(
        bank.services.commands.submit(
          bank.modules.ledger.handlers.postJournal,
          {
            journalId: bank.services.newId(),
            kind: 'transfer',
            captures: [],
            postings: [
              { account: from, side: 'debit', ...line },
              { account: to, side: 'credit', ...line },
            ],
          },
          submission,
        ),
      );
    }
    const waitMs = begunAt + (tick + 1) * tickMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  await Promise.all(booked);
  return booked.length;
};

const seenBy = async (receiver: Worker): Promise<Seen> => {
  receiver.postMessage('tell');
  const [seen] = (await once(receiver, 'message')) as [Seen];
  return seen;
};

/** Until nothing waits for an endpoint that lives. */
const settled = async (admin: ReturnType<typeof createPool>): Promise<void> => {
  const end = performance.now() + settleTimeoutMs;
  for (;;) {
    const { rows } = await admin.query<{ isLeft: boolean }>(
      `select coalesce((select seq from subscriptions where tenant_id = $1 and name = 'webhooks'), 0) < (select seq from tenant_heads where tenant_id = $1)
        or exists (select from webhook_deliveries d join webhook_endpoints e using (tenant_id, endpoint_id)
          where d.status = 'pending' and e.url like '%/live/%') as "isLeft"`,
      [tenantId],
    );
    if (rows[0]?.isLeft === false) return;
    if (performance.now() > end) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const subscribe = async ({ bank }: Books, url: string): Promise<void> => {
  const { services, modules } = bank;
  const endpointId = services.newId();
  const subject = `webhook:${endpointId}`;
  const sealed = await sealText(services.personalData, { tenantId, subject, text: newSecretText() });
  const settledOne = await services.commands.submit(
    modules.webhook.handlers.create,
    {
      endpointId,
      name: 'benchmark',
      url,
      events: ['ledger.journal.posted'],
      accounts: [],
      assets: [],
      headerNames: [],
      isOrdered: false,
      secret: { secretId: services.newId(), sealed },
    },
    submission,
  );
  if (settledOne.kind !== 'decided' || !settledOne.outcome.accepted) throw new Error('An endpoint was not created.');
};
