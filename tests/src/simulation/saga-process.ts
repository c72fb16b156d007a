import { bulkSagaId } from '@finaegis/bank/payment/bulk/bulk';
import { cardDepositSagaId } from '@finaegis/bank/payment/card-deposit/commands';
import { inboxSagaId } from '@finaegis/bank/payment/inbox/commands';
import { messageKeyOf } from '@finaegis/bank/payment/inbox/inbox-message';
import { outgoingSagaId } from '@finaegis/bank/payment/outgoing/commands';
import { refundSagaId } from '@finaegis/bank/payment/refund/commands';
import { returnPaymentId } from '@finaegis/bank/payment/work-item/commands';
import type { Commands } from '@finaegis/platform/command/commands';
import { createSagaHandlers } from '@finaegis/platform/saga/commands';
import { type SagaCatalogue, sagaCatalogue } from '@finaegis/platform/saga/definition';
import type { MemorySagaQueue } from '@finaegis/platform/saga/memory-queue';
import type { SagaAddress } from '@finaegis/platform/saga/queue';
import { sagaAggregate } from '@finaegis/platform/saga/saga';
import type { Sagas } from '@finaegis/platform/saga/sagas';
import { type SagaWorker, startSagaWorker } from '@finaegis/platform/saga/worker';
import type { Life } from './memory-commit-store.ts';
import type { createContexts } from './memory-contexts.ts';
import type { MemoryReads } from './memory-reads.ts';
import { chance, type Scheduler } from './scheduler.ts';

/** What one process executes its sagas with. */
export interface SagaTools {
  readonly scheduler: Scheduler;
  readonly queue: MemorySagaQueue;
  readonly reads: MemoryReads;
  readonly commands: Commands;
  readonly life: Life;
  /** Waits, and never comes back to a process that died meanwhile. */
  readonly alive: (waited: Promise<void>) => Promise<void>;
  readonly turn: () => Promise<void>;
  readonly now: () => string;
  readonly mistakes: string[];
}

type Contexts = ReturnType<typeof createContexts>;

/** Builds the contexts of a process over its sagas and, where the process has a worker, has it execute them until it dies. */
export const startSagas = (
  tools: SagaTools,
  createIts: (sagas: Pick<Sagas, 'handlers' | 'adopt'>) => Contexts,
): {
  readonly handlers: Contexts['handlers'];
  readonly sagas: Pick<Sagas, 'handlers'>;
  readonly adopt: (tenantId: string, name: string, data: unknown) => void;
} => {
  const { reads, now, life, scheduler } = tools;
  const known: { catalogue?: SagaCatalogue; worker?: SagaWorker } = {};
  const sagas = {
    adopt: (saga: SagaAddress) => known.worker?.adopt(saga),
    handlers: createSagaHandlers({
      definitions: () => known.catalogue as SagaCatalogue,
      now,
      readSaga: ({ tenantId, sagaId }) => reads.stream(sagaAggregate, tenantId, sagaId),
    }),
  };
  const { handlers, sagas: definitions } = createIts(sagas);
  known.catalogue = sagaCatalogue(definitions);
  if (life.workerId === undefined) return { handlers, sagas, adopt: () => undefined };
  const worker = startWorker(tools, { sagas, catalogue: known.catalogue, workerId: life.workerId });
  known.worker = worker;
  return {
    handlers,
    sagas,
    adopt: (tenantId, name, data) => {
      const sagaId = sagaOf(name, data);
      // Mostly the process that took the request executes sagas too; sometimes it only serves the API.
      if (sagaId !== undefined && !life.isOver && chance(scheduler.random, 700)) worker.adopt({ tenantId, sagaId });
    },
  };
};

/** The saga a command has begun, or told something. */
export const sagaOf = (name: string, data: unknown): string | undefined => {
  const {
    paymentId = '',
    workItemId = '',
    resolution,
    depositId = '',
    refundId = '',
    bulkId = '',
    provider = '',
    messageId = '',
  } = data as Readonly<Record<string, string | undefined>>;
  if (name === 'resolveWorkItem' && resolution === 'returned') return outgoingSagaId(returnPaymentId(workItemId));
  if (name === 'createCardDeposit') return cardDepositSagaId(depositId);
  if (name.endsWith('Refund')) return refundSagaId(refundId);
  if (name === 'takeBulk' || name === 'reviewBulkLine') return bulkSagaId(bulkId);
  if (name === 'receiveWebhook') return inboxSagaId(messageKeyOf(provider, messageId), 0);
  return ['createPayment', 'reviewPayment', 'cancelPayment', 'returnPayment'].includes(name)
    ? outgoingSagaId(paymentId)
    : undefined;
};

const startWorker = (
  { queue, reads, commands, scheduler, life, alive, turn, now, mistakes }: SagaTools,
  {
    sagas,
    catalogue,
    workerId,
  }: { readonly sagas: Pick<Sagas, 'handlers'>; readonly catalogue: SagaCatalogue; readonly workerId: string },
) =>
  startSagaWorker({
    workerId,
    definitions: catalogue,
    handlers: sagas.handlers,
    commands,
    queue: {
      claim: async (asked) => {
        await turn();
        const claimed = await queue.claim(asked);
        await turn();
        return claimed;
      },
      renew: async (...renewal) => {
        await turn();
        return queue.renew(...renewal);
      },
      release: async (...released) => {
        await turn();
        await queue.release(...released);
        await turn();
      },
    },
    readSaga: ({ tenantId, sagaId }) => reads.stream(sagaAggregate, tenantId, sagaId),
    now,
    random: () => scheduler.random.below(1_000) / 1_000,
    sleep: async (durationMs, abort) => {
      if (!abort.aborted) {
        let wake = (): void => undefined;
        const woken = new Promise<void>((resolve) => (wake = resolve));
        abort.addEventListener('abort', wake, { once: true });
        await Promise.race([scheduler.sleep(durationMs), woken]);
        abort.removeEventListener('abort', wake);
      }
      await alive(Promise.resolve());
    },
    pollMs: 1_500,
    onError: (_, error) => {
      if (!life.isOver && !isOfTheWorld(error)) mistakes.push(`a mistake in a saga: ${String(error)}`);
    },
  });

const ofTheWorld: ReadonlySet<unknown> = new Set([
  'provider_fault',
  'outcome_unknown',
  'checks_unavailable',
  // A message that came before what it is about, and money that waits for the next business day.
  'message_too_early',
  'day_closed',
]);

/** Faults of the world are part of the life; anything else is a mistake of ours. */
export const isOfTheWorld = (error: unknown): boolean => {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === 'DatabaseFault' || name === 'Overloaded' || name === 'CommitUnknown' || ofTheWorld.has(code);
};
