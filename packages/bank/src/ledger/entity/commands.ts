import { accept, type Decision, reject } from '@finaegis/kernel/decision';
import { derivedUuid } from '@finaegis/kernel/id';
import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { ledgerAccountAggregate, openLedgerAccount } from '../account/account.ts';
import { loadedBook } from '../book.ts';
import type { LedgerTools } from '../journal/commands.ts';
import { type AccountFacts, type Journal, journalAggregate } from '../journal/journal.ts';
import { type JournalRefusal, postJournal } from '../journal/post.ts';
import { balanceKey, every } from '../views/balances.ts';
import { entitiesTable } from '../views/entities.ts';
import { classOf, firstAccounts, houseAccountId } from './chart.ts';
import {
  type CloseBusinessDay,
  closeBusinessDay,
  type Entity,
  type EntityRefusal,
  entityAggregate,
  type OpenBusinessDay,
  type OpenEntity,
  openBusinessDay,
  openEntity,
} from './entity.ts';
import { revaluationPostings, type Valuation } from './revaluation.ts';

const entityResult = (loaded: Loaded, { entity }: { readonly entity: string }): Entity => {
  const { state } = loaded.stream(entityAggregate, entity);
  if (state.status === 'unknown') throw new Error('An entity was accepted and is not there.');
  return state;
};

/** Opens an entity with its first business day and the accounts every house chart begins with. */
export const openEntityHandler = (): CommandHandler<OpenEntity, undefined, Entity, EntityRefusal> => ({
  name: 'ledger.OpenEntity',
  schema: z.strictObject({
    entity: z.string(),
    name: z.string(),
    functionalAsset: z.string(),
    timeZone: z.string(),
    calendar: z.string(),
    businessDate: z.string(),
  }),
  permission: 'ledger:entity',
  loads: ({ entity }) => ({
    rows: [{ table: entitiesTable, key: entity }],
    streams: [
      { aggregate: entityAggregate, id: entity },
      ...firstAccounts.map((code) => ({
        aggregate: ledgerAccountAggregate,
        id: houseAccountId(entity, code),
      })),
    ],
  }),
  decide: (loaded, data) => {
    const decision = openEntity(loaded.stream(entityAggregate, data.entity).state, data);
    if (!decision.accepted || decision.events.length === 0) return decision;
    return accept(...decision.events, ...firstAccounts.flatMap((code) => firstAccount(loaded, data.entity, code)));
  },
  result: entityResult,
});

const firstAccount = (loaded: Loaded, entity: string, code: string): readonly NewEvent[] => {
  const accountClass = classOf(code);
  if (accountClass === undefined) throw new Error(`${code} is not a code of the chart.`);
  const accountId = houseAccountId(entity, code);
  const opened: Decision<NewEvent, unknown> = openLedgerAccount(
    loaded.stream(ledgerAccountAggregate, accountId).state,
    { accountId, entity, kind: 'house', class: accountClass, hasFloor: false, code },
  );
  return opened.accepted ? opened.events : [];
};

const dayNeeds = ({ entity }: { readonly entity: string }) => ({
  rows: [{ table: entitiesTable, key: entity }],
  streams: [{ aggregate: entityAggregate, id: entity }],
});

const daySchema = z.strictObject({ entity: z.string(), businessDate: z.string() });

/** Closes the open business day: nothing is booked on it any more. */
export const closeBusinessDayHandler = (): CommandHandler<CloseBusinessDay, undefined, Entity, EntityRefusal> => ({
  name: 'ledger.CloseBusinessDay',
  schema: daySchema,
  permission: 'ledger:day',
  loads: dayNeeds,
  decide: (loaded, data) => closeBusinessDay(loaded.stream(entityAggregate, data.entity).state, data),
  result: entityResult,
});

/** Opens the next business day. */
export const openBusinessDayHandler = (): CommandHandler<OpenBusinessDay, undefined, Entity, EntityRefusal> => ({
  name: 'ledger.OpenBusinessDay',
  schema: daySchema,
  permission: 'ledger:day',
  loads: dayNeeds,
  decide: (loaded, data) => openBusinessDay(loaded.stream(entityAggregate, data.entity).state, data),
  result: entityResult,
});

/** Data of RevalueEntity. */
export interface RevalueEntity {
  readonly entity: string;
  /** The entity's open day. */
  readonly businessDate: string;
}

/** What day end knows before anything is locked: accounts are for ever, rates are those of the day. */
export interface RevaluationFacts {
  readonly functionalAsset: string;
  /** The entity's income, expense and position accounts. */
  readonly accounts: readonly AccountFacts[];
  /** Of every asset those accounts held when it was asked, and of the functional one. */
  readonly valuations: ReadonlyMap<string, Valuation>;
}

/** Where day end gets its facts; undefined for an entity nobody opened. */
export type FindRevaluationFacts = (tenantId: string, day: RevalueEntity) => Promise<RevaluationFacts | undefined>;

export type RevaluationRefusal =
  | Extract<EntityRefusal, { readonly code: 'entity_unknown' | 'day_not_open' }>
  | { readonly code: 'valuation_missing'; readonly asset: string }
  | JournalRefusal;

/** What day end knows before it locks. */
export interface RevalueRefs {
  readonly journalId: string;
  readonly facts: RevaluationFacts | undefined;
}

const accountsOf = ({ facts }: RevalueRefs): ReadonlyMap<string, AccountFacts> =>
  new Map(facts?.accounts.map((account) => [account.accountId, account]));

/**
 * Day end (LEDGER line 14) as one journal per entity and day. Its entity is locked for itself alone, so nothing is booked while the balances
 * are read; asking twice for a day gives the same journal. Nothing to do is no journal.
 */
export const revalueEntityHandler = (
  { balances }: Pick<LedgerTools, 'balances'>,
  find: FindRevaluationFacts,
): CommandHandler<RevalueEntity, RevalueRefs, Journal | undefined, RevaluationRefusal> => ({
  name: 'ledger.RevalueEntity',
  schema: daySchema,
  permission: 'ledger:day',
  prepare: async (data, { tenantId }) => ({
    journalId: derivedUuid(tenantId, data.entity, data.businessDate, 'revaluation'),
    facts: await find(tenantId, data),
  }),
  loads: ({ entity }, { journalId, facts }) => ({
    rows: [
      { table: entitiesTable, key: entity },
      ...(facts?.accounts ?? []).map(({ accountId }) => ({
        table: balances,
        key: balanceKey(accountId, every),
      })),
    ],
    streams: [{ aggregate: journalAggregate, id: journalId }],
  }),
  decide: (loaded, { entity, businessDate }, _facts, refs) => {
    const row = loaded.row(entitiesTable, entity);
    if (row === undefined || refs.facts === undefined) return reject({ code: 'entity_unknown' });
    const accounts = accountsOf(refs);
    const book = loadedBook(loaded, balances, accounts);
    if (book.journal(refs.journalId).status === 'posted') return accept();
    if (row.status !== 'day_open' || row.businessDate !== businessDate)
      return reject({ code: 'day_not_open', businessDate: row.businessDate, isOpen: row.status === 'day_open' });

    const { functionalAsset, valuations } = refs.facts;
    const held = loaded
      .rows(balances)
      .flatMap(({ row: { account, asset, class: accountClass, debitsMinor, creditsMinor } }) => {
        const isOurs = accounts.has(account) && debitsMinor !== creditsMinor;
        return isOurs ? [{ account, asset, class: accountClass, netMinor: creditsMinor - debitsMinor }] : [];
      });
    // Booked between the look at the rates and the lock, in an asset not seen before: asking again finds its rate.
    const unvalued = held.find(({ asset }) => !valuations.has(asset));
    if (unvalued !== undefined) return reject({ code: 'valuation_missing', asset: unvalued.asset });
    const postings = revaluationPostings({ entity, functionalAsset, balances: held, valuations });
    if (postings.length === 0) return accept();
    return postJournal(book, {
      journalId: refs.journalId,
      kind: 'revaluation',
      postings,
      captures: [],
      bookingDate: businessDate,
    });
  },
  result: (loaded, _data, { journalId }) => {
    const { state } = loaded.stream(journalAggregate, journalId);
    return state.status === 'posted' ? state : undefined;
  },
});
