import { addDays } from '@finaegis/kernel/local-date';
import {
  defineSaga,
  type RetryPolicy,
  type SagaDefinition,
  type StepCall,
  type StepOutcome,
  stepCommand,
} from '@finaegis/platform/saga/definition';
import { z } from 'zod';
import type { BankDayHandlers } from '../day/commands.ts';
import type { BreakRaising } from '../raise-breaks.ts';
import type { ReconciledAccount, ReconciliationRun } from '../reconcile.ts';
import type { StatementRun, TakenStatements } from '../statements.ts';

const input = z.strictObject({ entity: z.string(), bank: z.string(), from: z.string(), date: z.string() });
type Input = z.output<typeof input>;

/** What a day takes. */
export interface BankDaySagaTools {
  readonly takeStatements: (run: StatementRun) => Promise<TakenStatements>;
  readonly reconcile: (run: ReconciliationRun) => Promise<readonly ReconciledAccount[]>;
  /** Tells people of differences that are open, and says how many there are. */
  readonly raiseBreaks: (raising: BreakRaising) => Promise<number>;
  /** How long a bank is left alone that has not said its last word. */
  readonly askAgainMs: number;
  /** How long after its end a day is waited for. */
  readonly waitMaxMs: number;
}

/** A bank that is down is asked again for days, ever more rarely; then a person decides. */
const patient: RetryPolicy = { attempts: 250, firstMs: 1_000, factor: 2, waitMaxMs: 30 * 60_000 };

/**
 * A business day of an entity at a partner bank: what the bank says of it is taken as it comes, until the statement is there; then both sides are
 * compared, and people are told of what does not agree. Each part may be done again, so that whoever takes over begins it anew.
 */
export const bankDaySaga = (
  tools: BankDaySagaTools,
  { closeBankDay }: Pick<BankDayHandlers, 'closeBankDay'>,
): SagaDefinition =>
  defineSaga<Input>({
    name: 'custodian.bank-day',
    version: 1,
    input,
    subject: ({ entity, bank, date }) => `bank-day:${entity}/${bank}/${date}`,
    steps: [
      { name: 'take', run: (call) => takeDay(tools, call), retry: patient },
      {
        name: 'reconcile',
        intend: ({ results }) => (results['take'] === null ? undefined : null),
        run: (call) => reconciled(tools, call),
        retry: patient,
      },
      {
        name: 'raise-breaks',
        run: async ({ tenantId, metadata, input: { bank, entity, from } }) => ({
          kind: 'done',
          result: await tools.raiseBreaks({ tenantId, bank, entity, from, metadata }),
        }),
        retry: patient,
      },
      {
        name: 'close',
        command: ({ input: { entity, bank, date }, results }) => {
          const entries = results['take'];
          return stepCommand(closeBankDay, {
            entity,
            bank,
            date,
            outcome: typeof entries === 'number' ? 'reconciled' : 'no_statement',
            entries: typeof entries === 'number' ? entries : 0,
            openBreaks: Number(results['raise-breaks']),
          });
        },
      },
    ],
  });

const datesOf = ({ from, date }: Input): readonly string[] => {
  const dates: string[] = [];
  for (let day = from; day <= date; day = addDays(day, 1)) dates.push(day);
  return dates;
};

/** Done with the number of entries once the bank has said its last word, or with nothing when waiting has an end. */
export const takeDay = async (
  tools: Pick<BankDaySagaTools, 'takeStatements' | 'askAgainMs' | 'waitMaxMs'>,
  call: StepCall<Input>,
): Promise<StepOutcome> => {
  const { tenantId, abort, now, input: its } = call;
  let [entries, isWhole] = [0, true];
  for (const date of datesOf(its)) {
    const said = await tools.takeStatements({ tenantId, bank: its.bank, entity: its.entity, date, abort });
    entries += said.entries;
    // On a day on which it does not work a bank may have nothing to say; the business day itself has a statement.
    if (date === its.date) isWhole = said.isWhole;
  }
  if (isWhole) return { kind: 'done', result: entries };
  const endMs = Date.parse(`${addDays(its.date, 1)}T00:00:00.000Z`);
  if (Date.parse(now) > endMs + tools.waitMaxMs) return { kind: 'done', result: null };
  return { kind: 'again', afterMs: tools.askAgainMs };
};

const historyMs = 1_000;

const reconciled = async (tools: BankDaySagaTools, call: StepCall<Input>): Promise<StepOutcome> => {
  const { tenantId, abort, metadata, input: its } = call;
  for (const date of datesOf(its)) {
    const accounts = await tools.reconcile({ tenantId, bank: its.bank, entity: its.entity, date, metadata, abort });
    // What was just booked has to be in the history before the two are compared.
    if (accounts.some(({ status }) => status === 'history_behind')) return { kind: 'again', afterMs: historyMs };
  }
  return { kind: 'done' };
};
