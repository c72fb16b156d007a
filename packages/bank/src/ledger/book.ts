import type { Loaded, Needs, RowNeed } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent, RecordedEvent } from '@finaegis/platform/event-store/event';
import { afterPosting, type Balance } from './balance.ts';
import type { Entity, EntityState } from './entity/entity.ts';
import { type HoldState, holdAggregate } from './hold/hold.ts';
import { type IncomingState, incomingAggregate } from './incoming/incoming.ts';
import type { JournalCapture, JournalPosting } from './journal/events.ts';
import { type AccountFacts, type JournalState, journalAggregate } from './journal/journal.ts';
import type { Book } from './journal/post.ts';
import { balanceKey, heldChange } from './views/balances.ts';
import { entitiesTable } from './views/entities.ts';

/** What any command that posts names: the accounts it touches, the holds it uses, the journals it makes or undoes. */
export interface Touched {
  readonly postings: readonly Pick<JournalPosting, 'account' | 'asset'>[];
  readonly captures?: readonly Pick<JournalCapture, 'holdId'>[];
  /** Announcements it ends. */
  readonly fulfils?: readonly string[] | undefined;
  /** Journals it makes. */
  readonly journals: readonly string[];
  /** Journals that exist and are only read. */
  readonly undone?: readonly string[];
  /** Entities besides those of the accounts. */
  readonly entities?: readonly string[];
}

/** Locks and streams for posting: balances with a floor, the entities' days shared, journals and holds by stream. */
export const postingNeeds = (
  balances: LockedTable<Balance>,
  accounts: ReadonlyMap<string, AccountFacts>,
  touched: Touched,
): Needs => {
  const rows: RowNeed[] = [];
  const entities = new Set<string>(touched.entities);
  for (const { account, asset } of touched.postings) {
    const facts = accounts.get(account);
    if (facts === undefined) continue;
    entities.add(facts.entity);
    if (facts.hasFloor) rows.push({ table: balances, key: balanceKey(account, asset) });
  }
  for (const entity of entities) rows.push({ table: entitiesTable, key: entity, mode: 'share' });
  return {
    rows,
    streams: [
      ...touched.journals.map((id) => ({ aggregate: journalAggregate, id, isNew: true })),
      ...(touched.undone ?? []).map((id) => ({ aggregate: journalAggregate, id })),
      ...(touched.captures ?? []).map(({ holdId }) => ({ aggregate: holdAggregate, id: holdId })),
      ...(touched.fulfils ?? []).map((id) => ({ aggregate: incomingAggregate, id })),
    ],
  };
};

/** The book of one command over what its batch has loaded. */
export const loadedBook = (
  loaded: Loaded,
  balances: LockedTable<Balance>,
  accounts: ReadonlyMap<string, AccountFacts>,
): Book => new LoadedBook(loaded, balances, accounts);

// A class, since one is made for every command: as many functions made anew would cost more than what they do.
class LoadedBook implements Book {
  private readonly loaded: Loaded;
  private readonly balances: LockedTable<Balance>;
  private readonly accounts: ReadonlyMap<string, AccountFacts>;

  constructor(loaded: Loaded, balances: LockedTable<Balance>, accounts: ReadonlyMap<string, AccountFacts>) {
    this.loaded = loaded;
    this.balances = balances;
    this.accounts = accounts;
  }

  journal(journalId: string): JournalState {
    return this.loaded.stream(journalAggregate, journalId).state;
  }

  hold(holdId: string): HoldState {
    return this.loaded.stream(holdAggregate, holdId).state;
  }

  incoming(announcementId: string): IncomingState {
    return this.loaded.stream(incomingAggregate, announcementId).state;
  }

  entity(entity: string): EntityState {
    return this.loaded.row(entitiesTable, entity) ?? { status: 'unknown' };
  }

  balance(account: string, asset: string): Balance | undefined {
    return this.loaded.row(this.balances, balanceKey(account, asset));
  }

  account(account: string): AccountFacts | undefined {
    return this.accounts.get(account);
  }
}

/**
 * A book that also sees events decided but not yet recorded: the journals of a linked batch are decided one on top of the other, and none is
 * recorded unless all are.
 */
export const layeredBook = (
  below: Book,
  facts: { readonly tenantId: string; readonly now: string },
): Book & { add(events: readonly NewEvent[]): void } => {
  const balances = new Map<string, Balance>();
  const journals = new Map<string, JournalState>();
  const holds = new Map<string, HoldState>();
  const announced = new Map<string, IncomingState>();
  const balance = (account: string, asset: string): Balance | undefined =>
    balances.get(balanceKey(account, asset)) ?? below.balance(account, asset);
  const setBalance = (changed: Balance): unknown => balances.set(balanceKey(changed.account, changed.asset), changed);

  const addOne = (event: NewEvent): void => {
    const meta = { ...event, bookedAt: facts.now, tenantId: facts.tenantId } as RecordedEvent;
    const id = event.stream.slice(event.stream.indexOf(':') + 1);
    if (event.stream.startsWith('journal:')) {
      journals.set(
        id,
        journalAggregate.evolve(journals.get(id) ?? below.journal(id), {
          type: event.type,
          data: event.data,
          meta,
        } as never),
      );
      if (event.type !== 'JournalPosted') return;
      for (const posting of event.data['postings'] as readonly JournalPosting[]) {
        const before = balance(posting.account, posting.asset);
        if (before !== undefined) setBalance(afterPosting(before, posting));
      }
      return;
    }
    if (event.stream.startsWith('incoming:')) {
      announced.set(
        id,
        incomingAggregate.evolve(announced.get(id) ?? below.incoming(id), {
          type: event.type,
          data: event.data,
          meta,
        } as never),
      );
      return;
    }
    holds.set(
      id,
      holdAggregate.evolve(holds.get(id) ?? below.hold(id), { type: event.type, data: event.data, meta } as never),
    );
    const { account, asset } = event.data as { account: string; asset: string };
    const before = balance(account, asset);
    if (before !== undefined) setBalance({ ...before, heldOutMinor: before.heldOutMinor + heldChange(event) });
  };

  return {
    entity: (entity) => below.entity(entity),
    account: (account) => below.account(account),
    journal: (journalId) => journals.get(journalId) ?? below.journal(journalId),
    hold: (holdId) => holds.get(holdId) ?? below.hold(holdId),
    incoming: (announcementId) => announced.get(announcementId) ?? below.incoming(announcementId),
    balance,
    add: (events) => events.forEach(addOne),
  };
};

/** Shares an entity, so that its day stays what a command saw. */
export const entityNeed = (entity: string): RowNeed => ({
  table: entitiesTable,
  key: entity,
  mode: 'share',
});

/** An entity that was named in `loads`; undefined when nobody opened it. */
export const loadedEntity = (loaded: Loaded, entity: string): Entity | undefined => loaded.row(entitiesTable, entity);
