import type { Access } from '@finaegis/platform/auth/access';
import type { CommandHandler, Needs } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import type { ProblemTable } from '@finaegis/platform/http/problem';
import type { AssetDirectory } from '../asset/contract.ts';
import type {
  Balance,
  BlockReason,
  LedgerAccount,
  LedgerAccountRefusal,
  LedgerDirectory,
  LedgerReads,
} from '../ledger/contract.ts';
import type { Parties } from '../party/contract.ts';
import type { OverdraftLimit } from './overdraft.ts';
import type { StatementDocument } from './statement/document.ts';

/** A block to place, as the ledger's command takes it. */
export interface BlockToPlace {
  readonly accountId: string;
  readonly blockId: string;
  readonly kind: 'debit' | 'credit' | 'amount';
  readonly asset?: string | undefined;
  readonly amountMinor?: bigint | undefined;
  readonly reason: BlockReason;
}

/** Commands of the ledger that are also reached by way of a customer's account. */
export interface LedgerAccountHandlers {
  readonly placeBlock: CommandHandler<BlockToPlace, undefined, LedgerAccount, LedgerAccountRefusal>;
  readonly liftBlock: CommandHandler<
    { readonly accountId: string; readonly blockId: string },
    undefined,
    LedgerAccount,
    LedgerAccountRefusal
  >;
  readonly setOverdraftLimit: CommandHandler<OverdraftLimit, undefined, LedgerAccount, LedgerAccountRefusal>;
}

/** Money that arrived and was booked to suspense. */
export interface SuspendedMoney {
  readonly entity: string;
  /** The house account that holds it. */
  readonly account: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly journalId: string;
  /** What it is about: `deposit:…`. */
  readonly subject: string;
  readonly reason: string;
  /** Besides the journal. */
  readonly links: readonly string[];
  /** What it is found by: the reference it came with. */
  readonly reference?: string | undefined;
}

/** Whoever has people look at money in suspense; pure, so that its events are in the commit that books. */
export interface SuspenseQueue {
  /** What a booking that may end in suspense loads besides. */
  needs(journalId: string): Needs;
  open(money: SuspendedMoney): readonly NewEvent[];
}

/** What the context asks of its neighbours; the server puts their modules in. */
export interface AccountPorts {
  readonly access: Access;
  readonly assets: AssetDirectory;
  readonly ledger: {
    readonly directory: LedgerDirectory;
    readonly balances: LockedTable<Balance>;
    readonly reads: LedgerReads;
    readonly handlers: LedgerAccountHandlers;
    readonly problems: ProblemTable;
  };
  readonly party: { readonly parties: Parties; readonly problems: ProblemTable };
  readonly suspense: SuspenseQueue;
}

/** The forms a statement is handed out in. */
export const statementFormats = ['json', 'csv', 'pdf', 'camt053'] as const;
export type StatementFormat = (typeof statementFormats)[number];

/** Why a statement has no form in a format, in the format's own words. */
export type FormatRefusal = 'asset_not_fiat' | 'amount_too_long';

/** Writes statements in one form. The same statement always gives the same bytes. */
export interface StatementWriter {
  readonly format: StatementFormat;
  readonly contentType: string;
  /** Of the file, without the dot. */
  readonly extension: string;
  /** Whether this statement has no such form, and why. */
  refuses(document: StatementDocument): FormatRefusal | undefined;
  /** @throws StatementInvalid when opening balance and entries do not make the closing balance */
  write(document: StatementDocument): Promise<Uint8Array>;
}
