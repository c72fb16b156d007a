import type { PostJournalData } from '@finaegis/bank/ledger/journal/commands';
import { derivedUuid } from '@finaegis/kernel/id';
import { inTransaction } from '@finaegis/platform/database/transaction';
import {
  defineSaga,
  type SagaDefinition,
  type SagaSoFar,
  type SagaStep,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import type { Bank } from '@finaegis/server/bank';
import { z } from 'zod';
import { type Books, submission, tenantId } from './ledger-books.ts';

const definitionName = 'benchmark.errand';
/** More than any account holds: the ledger refuses it. */
const tooMuchMinor = 10n ** 20n;
const settleTimeoutMs = 60_000;

const input = z.strictObject({
  /** The money goes from each to the next. */
  accounts: z.tuple([z.string(), z.string(), z.string(), z.string()]),
  isRefused: z.boolean(),
});
type Input = z.output<typeof input>;

/** The four accounts of one errand. */
export type Stops = Input['accounts'];

/** How many sagas ended how, as their callers were told. */
export interface Ended {
  completed: number;
  undone: number;
}

/** What one caller does once: starts a saga of three steps with one journal each, and waits until it has ended. */
export interface SagaWork {
  /** @throws Error when it ends otherwise than it should */
  errand(accounts: Stops, isRefused: boolean): Promise<void>;
  /** @throws Error when what is stored is not what callers were told, or anything is left to do */
  check(): Promise<void>;
}

/** Three transfers in a row, each taken back by one in the other direction. */
const errandSaga = ({ modules }: Bank): SagaDefinition => {
  const journal = (saga: SagaSoFar<Input>, step: number, isUndo: boolean): PostJournalData => {
    const { accounts, isRefused } = saga.input;
    const [from, to] = [accounts[step] ?? '', accounts[step + 1] ?? ''];
    const amountMinor = isRefused && step === 2 ? tooMuchMinor : 1n;
    const posting = (account: string, side: 'debit' | 'credit') =>
      ({ account, asset: 'EUR', side, amountMinor, purpose: 'principal' }) as const;
    return {
      journalId: derivedUuid('benchmark-errand', saga.id, `${step}`, isUndo ? 'undo' : 'do'),
      kind: 'transfer',
      captures: [],
      postings: isUndo
        ? [posting(to, 'debit'), posting(from, 'credit')]
        : [posting(from, 'debit'), posting(to, 'credit')],
    };
  };
  const step = (name: string, place: number): SagaStep<Input> => ({
    name,
    command: (saga) => stepCommand(modules.ledger.handlers.postJournal, journal(saga, place, false)),
    undo: { command: (saga) => stepCommand(modules.ledger.handlers.postJournal, journal(saga, place, true)) },
  });
  return defineSaga<Input>({
    name: definitionName,
    version: 1,
    input,
    steps: [step('first', 0), step('second', 1), step('third', 2)],
  });
};

/** Has the bank of these books execute errands. To be called before any saga is started there. */
export const openSagaWork = (books: Books): SagaWork => {
  const { services, modules } = books.bank;
  // The catalogue of sagas is made of what the modules declare when it is first asked for.
  Object.assign(modules.saga, { sagas: [errandSaga(books.bank)] });
  books.bank.runSagas();
  const { handlers, adopt, settled } = services.sagas;
  const ended: Ended = { completed: 0, undone: 0 };
  return {
    errand: async (accounts, isRefused) => {
      const sagaId = services.newId();
      const data = { definition: definitionName, sagaId, input: { accounts, isRefused } };
      const started = await services.commands.submit(handlers.start, data, submission);
      if (started.kind !== 'decided' || !started.outcome.accepted) throw new Error('A saga was not started.');
      adopt({ tenantId, sagaId }, started.outcome.result);
      const saga = await settled({ tenantId, sagaId }, settleTimeoutMs);
      const wanted = isRefused ? 'undone' : 'completed';
      if (saga?.status !== wanted)
        throw new Error(`Saga ${sagaId} is ${saga?.status ?? 'not over'} and not ${wanted}.`);
      ended[wanted]++;
      // Refused, it was two journals and the two that take them back.
      books.acknowledged += isRefused ? 4 : 3;
    },
    check: () => check(books.bank, ended),
  };
};

const check = async ({ pools }: Bank, { completed, undone }: Ended): Promise<void> => {
  const { rows } = await inTransaction(pools.read, { tenants: [tenantId], readOnly: true }, (tx) =>
    tx.query<{ status: string; count: bigint }>(
      'select status, count(*) from platform_sagas where tenant_id = $1 group by status',
      [tenantId],
    ),
  );
  const found = {
    completed: 0,
    undone: 0,
    ...Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)])),
  };
  const others = rows.filter(({ status }) => status !== 'completed' && status !== 'undone');
  if (found.completed !== completed || found.undone !== undone || others.length > 0)
    throw new Error(
      `Callers saw ${completed} sagas completed and ${undone} undone; stored are ${JSON.stringify(found)}.`,
    );
};
