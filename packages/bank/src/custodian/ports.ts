import type { CommandHandler } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { ProblemTable } from '@finaegis/platform/http/problem';
import type { ProviderHealth } from '@finaegis/platform/resilience/provider-health';
import type { AssetDirectory } from '../asset/contract.ts';
import type {
  Balance,
  Journal,
  JournalRefusal,
  LedgerDirectory,
  LedgerReads,
  PostJournalData,
} from '../ledger/contract.ts';
import type { Parties } from '../party/contract.ts';
import type { Connections } from './gateway.ts';
import type { EntryNews } from './news.ts';

/** The ledger's command for one journal. */
export type PostJournalHandler = CommandHandler<PostJournalData, unknown, Journal, JournalRefusal>;

/** What the context asks of its neighbours and of the process; the server puts them in. */
export interface CustodianPorts {
  readonly assets: AssetDirectory;
  readonly ledger: {
    readonly directory: LedgerDirectory;
    readonly balances: LockedTable<Balance>;
    readonly reads: LedgerReads;
    readonly handlers: { readonly postJournal: PostJournalHandler };
    readonly problems: ProblemTable;
  };
  readonly parties: Parties;
  /** Connections of this process to banks, by name. */
  readonly connections: Connections;
  /** Books what an entry says, once whoever tells of it, and says what became of it. Without it entries are looked at by reconciliation only. */
  takeEntry?(tenantId: string, entry: EntryNews, tellingId: string): Promise<string>;
  /** How the calls of this process to a provider are going, one entry for each operation. */
  callsOf(connection: string): readonly ProviderHealth[];
}
