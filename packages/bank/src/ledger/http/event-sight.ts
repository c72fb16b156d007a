import type { MaySee, Sight } from '@finaegis/platform/audit/sight';
import type { Access } from '@finaegis/platform/auth/access';
import type { LoggedEvent } from '@finaegis/platform/event-store/event';
import { holdCaptured, holdExpired, holdIncreased, holdPlaced, holdVoided } from '../hold/events.ts';
import { journalPosted, journalReversed } from '../journal/events.ts';
import type { Journal } from '../journal/journal.ts';
import type { LedgerReads } from '../reads.ts';
import { type HoldsOfJournal, isShownWhole } from './show.ts';

const ofHold = new Set<string>(
  [holdPlaced, holdIncreased, holdCaptured, holdVoided, holdExpired].map(({ type }) => type),
);

type SeenJournal = Pick<Journal, 'postings' | 'captures' | 'metadata'>;

/** What a customer may see of the ledger's events: journals that touch its accounts, whole where all their lines are its own affair, and holds on them. */
export const ledgerSight =
  ({
    access,
    reads,
  }: {
    readonly access: Access;
    readonly reads: Pick<LedgerReads, 'journal' | 'holdFacts'>;
  }): MaySee =>
  async (principal, events) => {
    const { tenantId } = principal;
    const visible = new Set(await access.visibleAccounts(principal));
    const sightOfHold = ({ data }: LoggedEvent): Sight =>
      visible.has(data['account'] as string) ? 'whole' : 'nothing';
    const journals = await Promise.all(events.map((event) => journalOf(reads, tenantId, event)));
    const holds = await reads.holdFacts(tenantId, [
      ...new Set(journals.flatMap((journal) => (journal?.captures ?? []).map(({ holdId }) => holdId))),
    ]);
    return events.map((event, index) => {
      const journal = journals[index];
      if (journal !== undefined) return sightOfJournal(journal, { visible, holds });
      return ofHold.has(event.type) ? sightOfHold(event) : 'nothing';
    });
  };

/** The journal an event is, or is about; undefined for events of other kinds. */
const journalOf = async (
  reads: Pick<LedgerReads, 'journal'>,
  tenantId: string,
  { type, data }: LoggedEvent,
): Promise<SeenJournal | undefined> => {
  if (type === journalPosted.type) return data as unknown as SeenJournal;
  // A reversal repeats no account, only lines of the journal it reversed.
  return type === journalReversed.type
    ? (await reads.journal(tenantId, data['journalId'] as string))?.journal
    : undefined;
};

const sightOfJournal = (
  journal: SeenJournal,
  { visible, holds }: { readonly visible: ReadonlySet<string>; readonly holds: HoldsOfJournal },
): Sight => {
  if (!journal.postings.some(({ account }) => visible.has(account))) return 'nothing';
  return isShownWhole(journal, { visible, holds }) ? 'whole' : 'part';
};
