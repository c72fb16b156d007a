import { batchAggregate } from '@finaegis/bank/payment/bulk/batch';
import { bulkAggregate } from '@finaegis/bank/payment/bulk/bulk';
import { createBulkHandlers, createBulkStepHandlers } from '@finaegis/bank/payment/bulk/commands';
import type { PaymentTools } from '@finaegis/bank/payment/outgoing/commands';
import { type BulkSagaTools, bulkPaymentSaga, orderTerms } from '@finaegis/bank/payment/sagas/bulk-payment';
import type { Commands } from '@finaegis/platform/command/commands';
import type { SagaDefinition } from '@finaegis/platform/saga/definition';
import type { MemoryReads } from './memory-reads.ts';

/** Events of files and of the batches of their lines. */
export const fileEvents = [...bulkAggregate.events, ...batchAggregate.events];

/** What one process executes files with. */
interface FileSources {
  readonly reads: MemoryReads;
  readonly commands: () => Commands;
}

/** Handlers of files of payments with their saga, as one process has them. */
export const createFiles = (payments: PaymentTools & Pick<BulkSagaTools, 'rail' | 'times'>, sources: FileSources) => {
  const { reads } = sources;
  const findBatches = (tenantId: string, batchIds: readonly string[]) =>
    Promise.all(batchIds.map((batchId) => reads.stream(batchAggregate, tenantId, batchId)));
  const tools = { ...payments, findBatches };
  const steps = createBulkStepHandlers(tools);
  const saga: SagaDefinition = bulkPaymentSaga(
    {
      ...payments,
      submit: submitter(sources.commands),
      batches: async (tenantId, batchIds) =>
        (await findBatches(tenantId, batchIds)).map((state, index) => {
          if (state.status === 'unknown') throw new Error(`Batch ${batchIds[index]} of a file is not there.`);
          return state;
        }),
      accountsOf: async (tenantId, ibans) => {
        const found = await reads.numbers.accountsOf(tenantId, ibans);
        const terms = await reads.accounts.accounts(tenantId, [...found.values()]);
        return new Map(
          [...found].flatMap(([iban, accountId]) => {
            const its = terms.get(accountId);
            return its === undefined ? [] : [[iban, its] as const];
          }),
        );
      },
      // Names and texts play no part here.
      ordersOf: async (tenantId, batch, lines) =>
        new Map(
          lines.map((line) => {
            const told = { decimals: 2, debtor: {}, creditor: { name: 'Somebody' } };
            return [line.line, { ...orderTerms(tenantId, batch, line), ...told }] as const;
          }),
        ),
      // No standing order is paid by these files.
      endOccurrences: async () => undefined,
    },
    steps,
  );
  return {
    saga,
    handlers: { ...createBulkHandlers(tools, () => saga), concludeBulkLines: steps.concludeLines },
  };
};

/** As the server's: by the bulk lane, and a refusal is a fault of the attempt. */
const submitter =
  (commands: () => Commands): BulkSagaTools['submit'] =>
  async (handler, data, { tenantId, metadata }) => {
    const settled = await commands().submit(handler, data, { tenantId, metadata, lane: 'bulk', timeoutMs: 15_000 });
    if (settled.kind !== 'decided') throw new Error('Without a key every command is decided.');
    if (!settled.outcome.accepted)
      throw Object.assign(new Error(`${handler.name} was refused.`), { code: settled.outcome.refusal.code });
    return settled.outcome.isRepeat ? 'done before' : 'done';
  };
