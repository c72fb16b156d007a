import { type Decision, reject } from '@finaegis/kernel/decision';
import type { CommandFacts, CommandHandler, Loaded, Needs } from '@finaegis/platform/command/handler';
import { RowNotLocked } from '@finaegis/platform/command/locked-table';
import type { NewEvent } from '@finaegis/platform/event-store/event';
import { instant, text, uuid } from '@finaegis/platform/http/amount';
import { read, type Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { findMandate, type MandateRow, mandatesTable } from '../views/mandates.ts';
import { partiesTable } from '../views/parties.ts';
import { mandateKind, mandateLimit } from './events.ts';
import {
  type ChangeMandateLimits,
  changeMandateLimits,
  type GrantMandate,
  grantMandate,
  type MandateRefusal,
  mandateAggregate,
  type RevokeMandate,
  revokeMandate,
} from './mandate.ts';

/** An instant in the one form in which instants compare as texts. */
export const exactInstant = instant.transform((text) => new Date(text).toISOString());

const limits = z
  .array(mandateLimit)
  .max(50)
  .refine((all) => new Set(all.map(({ asset }) => asset)).size === all.length, 'must name each asset once');

/** Commands of mandates as plain JSON. */
export const grantMandateData = z.strictObject({
  mandateId: uuid,
  partyId: uuid,
  accountId: text(100),
  kind: mandateKind,
  validFrom: exactInstant.optional(),
  validTo: exactInstant.optional(),
  limits,
});
export const changeMandateLimitsData = z.strictObject({ mandateId: uuid, limits });
export const revokeMandateData = z.strictObject({ mandateId: uuid });

/** What the commands of mandates tell: the mandate as it is after them. */
export type MandateCommand<Data, Refs> = CommandHandler<Data, Refs, MandateRow, MandateRefusal>;

/** The commands of a mandate. Revoking has to find the party first, whose row counts its mandates. */
export interface MandateCommands {
  readonly grantMandate: MandateCommand<GrantMandate, undefined>;
  readonly changeMandateLimits: MandateCommand<ChangeMandateLimits, undefined>;
  readonly revokeMandate: MandateCommand<RevokeMandate, { readonly partyId: string | undefined }>;
}

/** What granting a mandate locks and reads; a neighbour that grants one in its own commit adds this to its needs. */
export const grantMandateNeeds = ({ mandateId, partyId }: Pick<GrantMandate, 'mandateId' | 'partyId'>): Needs => ({
  rows: [
    { table: partiesTable, key: partyId },
    { table: mandatesTable, key: mandateId },
  ],
  streams: [{ aggregate: mandateAggregate, id: mandateId }],
});

/** Grants a mandate on what `grantMandateNeeds` loaded; accepted with no event when it was granted before. */
export const decideGrantMandate = (
  loaded: Loaded,
  grant: GrantMandate,
  { now }: Pick<CommandFacts, 'now'>,
): Decision<NewEvent, MandateRefusal> =>
  grantMandate(
    loaded.stream(mandateAggregate, grant.mandateId).state,
    grant,
    loaded.row(partiesTable, grant.partyId)?.status,
    now,
  );

const ofMandate = (mandateId: string): Needs => ({
  rows: [{ table: mandatesTable, key: mandateId }],
  streams: [{ aggregate: mandateAggregate, id: mandateId }],
});

const result: MandateCommand<{ readonly mandateId: string }, unknown>['result'] = (loaded, { mandateId }) => {
  const row = loaded.row(mandatesTable, mandateId);
  if (row === undefined) throw new RowNotLocked({ stream: mandateAggregate.stream(mandateId) });
  return row;
};

/** Command handlers of mandates. */
export const createMandateCommands = (services: Pick<Services, 'readPool'>): MandateCommands => ({
  grantMandate: {
    name: 'party.GrantMandate',
    schema: grantMandateData as z.ZodType<GrantMandate>,
    permission: 'mandate:write',
    loads: grantMandateNeeds,
    decide: decideGrantMandate,
    result,
  },
  changeMandateLimits: {
    name: 'party.ChangeMandateLimits',
    schema: changeMandateLimitsData as z.ZodType<ChangeMandateLimits>,
    permission: 'mandate:write',
    loads: ({ mandateId }) => ofMandate(mandateId),
    decide: (loaded, data) => changeMandateLimits(loaded.stream(mandateAggregate, data.mandateId).state, data),
    result,
  },
  revokeMandate: {
    name: 'party.RevokeMandate',
    schema: revokeMandateData,
    permission: 'mandate:write',
    // Whose mandate it is never changes.
    prepare: async ({ mandateId }, { tenantId }) => ({
      partyId: (await read(services, tenantId, (tx) => findMandate(tx, tenantId, mandateId)))?.partyId,
    }),
    loads: ({ mandateId }, { partyId }) => (partyId === undefined ? {} : grantMandateNeeds({ mandateId, partyId })),
    decide: (loaded, data, _facts, { partyId }) =>
      partyId === undefined
        ? reject({ code: 'mandate_not_found' })
        : revokeMandate(loaded.stream(mandateAggregate, data.mandateId).state, data),
    result,
  },
});
