import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Outcome, Refusal } from '@finaegis/platform/command/handler';
import {
  type Json,
  type SagaDefinition,
  type SagaSoFar,
  type StepCommand,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import type { Saga } from '@finaegis/platform/saga/saga';
import type { Bank } from '@finaegis/server/bank';

/** The ledger's commands. */
type LedgerHandlers = Bank['modules']['ledger']['handlers'];

/** A pattern as it is played: the sagas it declares, and a play that shows them. */
export interface Pattern {
  readonly name: string;
  /** @param handlers commands of the ledger, which sagas commit together with their own record */
  sagas(handlers: LedgerHandlers): readonly SagaDefinition[];
  /** Plays it; gives back a sentence about what happened. */
  play(stage: Stage): Promise<string>;
}

/** A bank to play in. */
export interface Stage {
  /** An account of a fresh customer with so much on it, in cents. */
  account(amountMinor: bigint): Promise<string>;
  posted(accountId: string): Promise<bigint>;
  /** Starts a saga; gives back its id. Started again under the same name, it is the same saga. */
  begin(definition: string, name: string, input: Json): Promise<string>;
  /** Tells a saga of something. */
  signal(sagaId: string, signal: string, data: Json): Promise<void>;
  /** Has a person decide about a parked saga. */
  retry(sagaId: string): Promise<void>;
  /** The saga once it has ended or stands still. */
  settled(sagaId: string): Promise<Saga>;
}

/** A step that moves money between two accounts in one journal. Its id comes from the saga and the step, so it is booked once. */
export const move = (
  { postJournal }: LedgerHandlers,
  {
    journal,
    from,
    to,
    amountMinor,
  }: {
    readonly journal: readonly [string, string];
    readonly from: string;
    readonly to: string;
    readonly amountMinor: string;
  },
): StepCommand => {
  const posting = (account: string, side: 'debit' | 'credit') =>
    ({ account, side, asset: 'EUR', amountMinor: BigInt(amountMinor), purpose: 'principal' }) as const;
  const postings = [posting(from, 'debit'), posting(to, 'credit')];
  return stepCommand(postJournal, { journalId: derivedUuid(...journal), kind: 'transfer', postings, captures: [] });
};

/** Takes such a step back, where it was done. */
export const moveBack = (
  { reverseJournal }: LedgerHandlers,
  { id, results }: Pick<SagaSoFar, 'id' | 'results'>,
  step: string,
): StepCommand | undefined =>
  step in results
    ? stepCommand(reverseJournal, { journalId: derivedUuid(id, step, 'back'), original: derivedUuid(id, step) })
    : undefined;

/** A stage over a bank that executes sagas. */
export const stageOf = (
  { services, modules }: Pick<Bank, 'services' | 'modules'>,
  tenantId: string,
  account: Stage['account'],
): Stage => {
  const { handlers, adopt, settled } = services.sagas;
  const submit = async <Data, Refs, Result, R extends Refusal>(
    handler: CommandHandler<Data, Refs, Result, R>,
    data: Data,
  ): Promise<void> => {
    const metadata = { actor: 'example', channel: 'example', correlation: 'example' };
    const answered = await services.commands.submit(handler, data, { tenantId, metadata });
    const outcome: Outcome<Result, R> | undefined = answered.kind === 'decided' ? answered.outcome : undefined;
    if (outcome?.accepted !== true) throw new Error(`${handler.name} was refused: ${outcome?.refusal.code}`);
  };
  return {
    account,
    posted: async (accountId) => {
      const [row] = await modules.ledger.reads.balances(tenantId, accountId);
      return (row?.creditsMinor ?? 0n) - (row?.debitsMinor ?? 0n);
    },
    begin: async (definition, name, input) => {
      const sagaId = derivedUuid('example', definition, name);
      await submit(handlers.start, { definition, sagaId, input });
      adopt({ tenantId, sagaId });
      return sagaId;
    },
    signal: async (sagaId, signal, data) => {
      await submit(handlers.signal, { sagaId, signal, signalId: `${signal}-1`, data });
      adopt({ tenantId, sagaId });
    },
    retry: async (sagaId) => {
      await submit(handlers.retry, { sagaId });
      adopt({ tenantId, sagaId });
    },
    settled: async (sagaId) => {
      const saga = await settled({ tenantId, sagaId }, 10_000);
      if (saga === undefined) throw new Error(`The saga ${sagaId} is still under way.`);
      return saga;
    },
  };
};
