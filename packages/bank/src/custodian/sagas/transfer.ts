import { derivedUuid } from '@finaegis/kernel/id';
import {
  type AskOutcome,
  type CommandStep,
  defineSaga,
  type RunStep,
  type SagaDefinition,
  type SagaSoFar,
  type StepCall,
  type StepCommand,
  type StepOutcome,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { BankOrder, BankOutcome } from '../connector.ts';
import type { BankGateway } from '../gateway.ts';
import type { PostJournalHandler } from '../ports.ts';
import type { completeTransferHandler, failTransferHandler } from '../transfer/commands.ts';
import { keyOfLeg, type LegPayment, referenceOfLeg } from '../transfer/leg.ts';

const minor = z
  .string()
  .regex(/^\d{1,36}$/)
  .transform(BigInt);
const end = z.strictObject({ bank: z.string(), account: z.string(), iban: z.string(), bic: z.string() });
const leg = z.strictObject({ from: end, to: end, rail: z.string(), fee: minor });
const inputSchema = z.strictObject({
  transferId: z.string(),
  asset: z.string(),
  decimals: z.int(),
  amount: minor,
  legs: z.array(leg).min(1).max(2),
  clearing: z.string(),
  cost: z.string(),
  executionDate: z.string(),
});
type Input = z.output<typeof inputSchema>;
type Leg = Input['legs'][number];
type Transfer = SagaSoFar<Input>;

/** What the saga is built over. */
export interface TransferSagaTools {
  readonly gateway: Pick<BankGateway, 'submit' | 'find'>;
  readonly postJournal: PostJournalHandler;
  readonly completeTransfer: ReturnType<typeof completeTransferHandler>;
  readonly failTransfer: ReturnType<typeof failTransferHandler>;
  /** Whose accounts they are, as banks are told. */
  readonly ownName: string;
  /** How long a payment that is under way is left alone before it is asked about. */
  readonly pollMs?: number;
}

/**
 * Moves money of ours between banks. It waits in clearing from before the first payment until it has arrived; the second payment of a bridge can
 * fail, and then the money goes back where it came from. A way back that fails as well parks the saga, with the money in clearing.
 */
export const transferSaga = (tools: TransferSagaTools): SagaDefinition =>
  defineSaga<Input>({
    name: 'custodian.transfer',
    version: 1,
    input: inputSchema,
    subject: ({ transferId }) => `custodian-transfer:${transferId}`,
    steps: [
      openStep(tools),
      bookStep(tools, {
        name: 'book-out',
        isWanted: () => true,
        lines: ({ amount, clearing, legs }) => [
          { debit: clearing, credit: first(legs).from.account, amountMinor: amount, purpose: 'principal' },
        ],
      }),
      { ...legStep(tools, 'first-leg', ({ legs }) => legs[0]), undo: { run: (call) => takeBack(tools, call) } },
      bookStep(tools, {
        name: 'arrive-between',
        isWanted: ({ legs }) => legs.length === 2,
        lines: ({ amount, clearing, legs }) => [
          { debit: first(legs).to.account, credit: clearing, amountMinor: amount, purpose: 'principal' },
        ],
      }),
      bookStep(tools, {
        name: 'leave-between',
        isWanted: ({ legs }) => legs.length === 2,
        lines: ({ amount, clearing, legs }) => [
          { debit: clearing, credit: first(legs).to.account, amountMinor: amount, purpose: 'principal' },
        ],
      }),
      { ...legStep(tools, 'second-leg', ({ legs }) => legs[1]), isPointOfNoReturn: true },
      bookStep(tools, {
        name: 'book-in',
        isWanted: () => true,
        lines: ({ amount, clearing, cost, legs }) => [
          { debit: last(legs).to.account, credit: clearing, amountMinor: amount, purpose: 'principal' },
          ...legs
            .filter(({ fee }) => fee > 0n)
            .map(
              ({ fee, from }) => ({ debit: cost, credit: from.account, amountMinor: fee, purpose: 'cost' }) as const,
            ),
        ],
      }),
      {
        name: 'complete',
        command: ({ input: { transferId } }) => stepCommand(tools.completeTransfer, { transferId }),
      },
    ],
  });

const first = (legs: readonly Leg[]): Leg => legs[0] as Leg;
const last = (legs: readonly Leg[]): Leg => legs.at(-1) as Leg;

/** Is undone last, so that the transfer fails in the same breath as the saga ends. */
const openStep = ({ failTransfer }: TransferSagaTools): RunStep<Input> => ({
  name: 'open',
  run: () => Promise.resolve({ kind: 'done' }),
  undo: {
    command: ({ input: { transferId }, failure }) =>
      stepCommand(failTransfer, { transferId, reason: failure?.code ?? 'cancelled' }),
  },
});

interface Line {
  readonly debit: string;
  readonly credit: string;
  readonly amountMinor: bigint;
  readonly purpose: 'principal' | 'cost';
}

interface Booking {
  readonly name: string;
  isWanted(input: Input): boolean;
  lines(input: Input): readonly Line[];
}

/** A journal, and the one that takes it back. */
const bookStep = ({ postJournal }: TransferSagaTools, { name, isWanted, lines }: Booking): CommandStep<Input> => {
  const journal = ({ input }: Transfer, phase: 'do' | 'undo'): StepCommand => {
    const { transferId, asset } = input;
    return stepCommand(postJournal, {
      journalId: derivedUuid('custodian-journal', transferId, name, phase),
      kind: 'custodian_transfer',
      postings: lines(input).flatMap(({ debit, credit, amountMinor, purpose }) => {
        const [from, to] = phase === 'do' ? [debit, credit] : [credit, debit];
        return [
          { account: from, asset, side: 'debit', amountMinor, purpose } as const,
          { account: to, asset, side: 'credit', amountMinor, purpose } as const,
        ];
      }),
      captures: [],
      endToEndId: referenceOfLeg(transferId, paymentOf(name, phase, input)),
    });
  };
  return {
    name,
    command: (saga) => (isWanted(saga.input) ? journal(saga, 'do') : undefined),
    // A day that is over, or not yet open, passes by itself.
    passing: ['day_closed'],
    undo: { command: (saga) => (isWanted(saga.input) ? journal(saga, 'undo') : undefined) },
  };
};

/** Which payment a booking mirrors: reconciliation finds the bank's entry by its reference. */
const paymentOf = (booking: string, phase: 'do' | 'undo', { legs }: Input): LegPayment => {
  if (phase === 'undo') return booking === 'leave-between' ? 'second-leg' : 'return';
  if (booking === 'leave-between') return 'second-leg';
  return booking === 'book-in' && legs.length === 2 ? 'second-leg' : 'first-leg';
};

const orderOf = (
  { ownName }: TransferSagaTools,
  input: Input,
  payment: LegPayment,
  { from, to, rail }: Leg,
): BankOrder => {
  const reference = referenceOfLeg(input.transferId, payment);
  return {
    key: keyOfLeg(input.transferId, payment),
    rail,
    asset: input.asset,
    amountMinor: input.amount,
    decimals: input.decimals,
    reference,
    endToEndId: reference,
    debtor: { name: ownName, iban: from.iban },
    creditor: { name: ownName, iban: to.iban, bic: to.bic },
    executionDate: input.executionDate,
  };
};

const legStep = (
  tools: TransferSagaTools,
  name: 'first-leg' | 'second-leg',
  legOf: (input: Input) => Leg | undefined,
): RunStep<Input> => {
  const { gateway } = tools;
  const find = async ({ tenantId, input, abort }: StepCall<Input>, { from }: Leg) =>
    gateway.find(tenantId, from.bank, keyOfLeg(input.transferId, name), abort);
  return {
    name,
    intend: ({ input }) => {
      const its = legOf(input);
      return its === undefined
        ? undefined
        : { bank: its.from.bank, rail: its.rail, reference: referenceOfLeg(input.transferId, name) };
    },
    run: async (call) => {
      const its = legOf(call.input) as Leg;
      const { tenantId, input, carry, abort } = call;
      if (carry !== submitted)
        return stepOutcome(
          tools,
          await gateway.submit(tenantId, its.from.bank, orderOf(tools, input, name, its), abort),
        );
      const found = await find(call, its);
      // It was accepted, so a bank that does not know it now has an outage and no opinion.
      return found.kind === 'absent' ? again(tools) : stepOutcome(tools, found);
    },
    ask: async (call): Promise<AskOutcome> => {
      const found = await find(call, legOf(call.input) as Leg);
      return found.kind === 'absent' ? { kind: 'absent' } : stepOutcome(tools, found);
    },
  };
};

const submitted = 'submitted';
const again = ({ pollMs = 5_000 }: TransferSagaTools): StepOutcome => ({
  kind: 'again',
  afterMs: pollMs,
  carry: submitted,
});

const stepOutcome = (tools: TransferSagaTools, outcome: BankOutcome): StepOutcome => {
  switch (outcome.kind) {
    case 'settled':
      return { kind: 'done', result: { bankReference: outcome.bankReference } };
    case 'accepted':
    case 'pending':
      return again(tools);
    case 'declined':
    case 'returned':
      // Sent back is as good as never sent: the money is where it was.
      return { kind: 'declined', code: 'bank_declined', facts: { reason: outcome.code } };
  }
};

/** Brings back what the first payment moved, if it moved anything. */
const takeBack = async (tools: TransferSagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { tenantId, input, abort } = call;
  const out = first(input.legs);
  const sent = await tools.gateway.find(tenantId, out.from.bank, keyOfLeg(input.transferId, 'first-leg'), abort);
  if (sent.kind === 'absent' || sent.kind === 'declined' || sent.kind === 'returned') return { kind: 'done' };
  if (sent.kind !== 'settled') return again(tools);
  const back: Leg = { from: out.to, to: out.from, rail: out.rail, fee: 0n };
  return stepOutcome(
    tools,
    await tools.gateway.submit(tenantId, back.from.bank, orderOf(tools, input, 'return', back), abort),
  );
};
