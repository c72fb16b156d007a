import {
  closeLedgerAccount,
  type LedgerAccount,
  ledgerAccountAggregate,
  openLedgerAccount,
} from '@finaegis/bank/ledger/account/account';
import type { Balance } from '@finaegis/bank/ledger/balance';
import { lifeNeeds, openingNeeds, remainingBalances } from '@finaegis/bank/ledger/contract';
import type { LedgerModule } from '@finaegis/bank/ledger/module';
import type { SubmissionOutcome } from '@finaegis/platform/command/commands';
import type { CommandHandler, Loaded, Outcome, Refusal } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { CardsTwin } from './cards-twin.ts';
import type { ContextHandlers } from './memory-contexts.ts';
import type { StoredEvent } from './memory-database.ts';
import type { RailTwin } from './rail-twin.ts';

/** One command as a client sends it, perhaps several times. */
export interface SimulatedRequest {
  readonly tenantId: string;
  /** On every event it leads to, so that the log says whose they are. */
  readonly correlation: string;
  readonly name: HandlerName;
  readonly data: unknown;
  readonly key?: { readonly key: string; readonly fingerprint: string };
  readonly isDryRun?: boolean;
  /** Which process it reaches; any unless told. */
  readonly process?: number;
  /** Who asks; `client` unless told. */
  readonly actor?: string;
  readonly lane?: 'bulk';
}

/** What a client was told. */
export type SimulatedAnswer = { readonly kind: 'answered'; readonly body: string } | { readonly kind: 'key_reused' };

/** A bank as a simulation's clients and its auditor meet it: in memory, or over PostgreSQL. */
export interface SimulatedBank {
  readonly tenants: readonly string[];
  /** Sends it to one of the bank's processes. @throws whatever fault the client would meet */
  submit(request: SimulatedRequest): Promise<SimulatedAnswer>;
  head(tenantId: string): Promise<bigint>;
  /** Milliseconds since 1970 by the bank's clock. */
  nowMs(): number;
  pause(durationMs: number): Promise<void>;
  /** The log after a position, in its order. */
  log(tenantId: string, after?: bigint): Promise<readonly StoredEvent[]>;
  /** Balance rows as they are stored. */
  balances(tenantId: string): Promise<readonly Balance[]>;
  /** Of a bank that also has parties, payments and sagas. */
  readonly whole?: WholeBank;
}

/** What the clients and the auditor of a whole bank see besides its ledger. */
export interface WholeBank {
  /** Rows of a locked table as they are stored; of a bank whose rows are compared otherwise none. */
  readonly rows: ((table: string, tenantId: string) => readonly unknown[]) | undefined;
  /** How long people are waited for who review something. */
  readonly reviewMaxMs: number;
  /** The other side of the rail. */
  readonly rail: RailTwin;
  readonly cards: CardsTwin;
  readonly mistakes: readonly string[];
  /** From now on processes die seldom, so that what takes long comes to its end. */
  calmDown(): void;
}

interface AccountOfTenant {
  readonly accountId: string;
}

const accountResult = (loaded: Loaded, { accountId }: AccountOfTenant): LedgerAccount =>
  loaded.stream(ledgerAccountAggregate, accountId).state as LedgerAccount;

// These two come from no wire: clients of a simulation hand their data over as it is.
const neverParsed = undefined as never;

/**
 * The ledger's handlers, and what the account context decides with the ledger: opening and closing a customer's account.
 * @param contexts of a whole bank
 */
export const simulationHandlers = (
  ledger: LedgerModule['handlers'],
  balances: LockedTable<Balance>,
  contexts?: ContextHandlers,
) => ({
  // Only a whole bank is sent their commands.
  ...(contexts as ContextHandlers),
  ...ledger,
  openCustomer: {
    name: 'simulation.OpenCustomer',
    schema: neverParsed,
    permission: '',
    loads: ({ accountId }) => openingNeeds({ entity: 'main', accountId }),
    decide: (loaded, { accountId }) =>
      openLedgerAccount(loaded.stream(ledgerAccountAggregate, accountId).state, {
        accountId,
        entity: 'main',
        kind: 'customer',
        class: 'liability',
        hasFloor: true,
      }),
    result: accountResult,
  } satisfies CommandHandler<AccountOfTenant, undefined, LedgerAccount>,
  closeCustomer: {
    name: 'simulation.CloseCustomer',
    schema: neverParsed,
    permission: '',
    loads: ({ accountId }) => lifeNeeds(balances, accountId),
    decide: (loaded, data) =>
      closeLedgerAccount(
        loaded.stream(ledgerAccountAggregate, data.accountId).state,
        data,
        remainingBalances(loaded, balances, data.accountId),
      ),
    result: accountResult,
  } satisfies CommandHandler<AccountOfTenant, undefined, LedgerAccount>,
});

/** Every command a simulation sends, by name. */
export type SimulationHandlers = ReturnType<typeof simulationHandlers>;
export type HandlerName = keyof SimulationHandlers;

/** JSON text, amounts as digits. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? each.toString() : each));

/** What is stored under a key and sent: the outcome but for whether it was the first time, which a repeat must not change. */
export const renderOutcome = (outcome: Outcome<unknown>) => ({
  status: outcome.accepted ? 201 : 422,
  body: textOf(outcome.accepted ? { accepted: true, result: outcome.result } : outcome),
});

/** Whether an answer says no. */
export const isRefusal = (body: string): boolean => body.startsWith('{"accepted":false');

/** What the client is told of a submission. */
export const answerOf = (settled: SubmissionOutcome<unknown, Refusal>): SimulatedAnswer =>
  settled.kind === 'key_reused' ? settled : { kind: 'answered', body: settled.answer.body };
