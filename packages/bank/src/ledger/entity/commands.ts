import { type Decision, accept } from '@finaegis/kernel/decision';
import { type CommandHandler, type Loaded } from '@finaegis/platform/command/handler';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { z } from 'zod';
import { ledgerAccountAggregate, openLedgerAccount } from '../account/account.ts';
import { entitiesTable } from '../views/entities.ts';
import { classOf, firstAccounts, houseAccountId } from './chart.ts';
import { type CloseBusinessDay, type Entity, type EntityRefusal, type OpenBusinessDay, type OpenEntity, closeBusinessDay, entityAggregate, openBusinessDay, openEntity } from './entity.ts';

const entityResult = (loaded: Loaded, { entity }: { readonly entity: string }): Entity => {
  const { state } = loaded.stream(entityAggregate, entity);
  if (state.status === 'unknown') throw new Error('An entity was accepted and is not there.');
  return state;
};

/** Opens an entity with its first business day and the accounts every house chart begins with. */
export const openEntityHandler = (): CommandHandler<OpenEntity, undefined, Entity, EntityRefusal> =>
  ({
    name: 'ledger.OpenEntity',
    schema: z.strictObject({ entity: z.string(), name: z.string(), functionalAsset: z.string(), timeZone: z.string(), calendar: z.string(), businessDate: z.string() }),
    permission: 'ledger:entity',
    loads: ({ entity }) => ({
      rows: [{ table: entitiesTable as LockedTable<never>, key: entity }],
      streams: [{ aggregate: entityAggregate as never, id: entity }, ...firstAccounts.map((code) => ({ aggregate: ledgerAccountAggregate as never, id: houseAccountId(entity, code) }))],
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
  const opened: Decision<NewEvent, unknown> = openLedgerAccount(loaded.stream(ledgerAccountAggregate, accountId).state, { accountId, entity, kind: 'house', class: accountClass, hasFloor: false, code });
  return opened.accepted ? opened.events : [];
};

const dayNeeds = ({ entity }: { readonly entity: string }) => ({
  rows: [{ table: entitiesTable as LockedTable<never>, key: entity }],
  streams: [{ aggregate: entityAggregate as never, id: entity }],
});

const daySchema = z.strictObject({ entity: z.string(), businessDate: z.string() });

/** Closes the open business day: nothing is booked on it any more. */
export const closeBusinessDayHandler = (): CommandHandler<CloseBusinessDay, undefined, Entity, EntityRefusal> =>
  ({
    name: 'ledger.CloseBusinessDay',
    schema: daySchema,
    permission: 'ledger:day',
    loads: dayNeeds,
    decide: (loaded, data) => closeBusinessDay(loaded.stream(entityAggregate, data.entity).state, data),
    result: entityResult,
  });

/** Opens the next business day. */
export const openBusinessDayHandler = (): CommandHandler<OpenBusinessDay, undefined, Entity, EntityRefusal> =>
  ({
    name: 'ledger.OpenBusinessDay',
    schema: daySchema,
    permission: 'ledger:day',
    loads: dayNeeds,
    decide: (loaded, data) => openBusinessDay(loaded.stream(entityAggregate, data.entity).state, data),
    result: entityResult,
  });

