import type { CommandHandler } from '@finaegis/platform/command/handler';
import { assetCode, isoDate, uuid } from '@finaegis/platform/http/amount';
import { z } from 'zod';
import { entityNeed, loadedEntity } from '../../ledger/contract.ts';
import type { AccountDirectory } from '../directory.ts';
import {
  type IssueStatement,
  issueStatement,
  type Statement,
  type StatementRefusal,
  statementAggregate,
  statementStreamId,
} from './statement.ts';

const signedMinor = z
  .string()
  .regex(/^-?\d{1,38}$/)
  .transform(BigInt);

/** A statement to number, as plain JSON. */
export const issueStatementSchema: z.ZodType<IssueStatement> = z.strictObject({
  accountId: uuid,
  asset: assetCode,
  from: isoDate,
  to: isoDate,
  openingMinor: signedMinor,
  closingMinor: signedMinor,
  entries: z.int().min(0),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The entity an account belongs to, which never changes; undefined for an account that is unknown. */
type EntityName = string | undefined;

/** Numbers one statement. What it says was computed from the history of days that are over; the entity's day is shared while it is decided. */
export const issueStatementHandler = (
  directory: AccountDirectory,
): CommandHandler<IssueStatement, EntityName, Statement, StatementRefusal> => ({
  name: 'account.IssueStatement',
  schema: issueStatementSchema,
  permission: 'account:statement',
  prepare: async ({ accountId }, { tenantId }) => (await directory.find(tenantId, accountId))?.entity,
  loads: (data, entity) => ({
    rows: entity === undefined ? [] : [entityNeed(entity)],
    streams: [{ aggregate: statementAggregate, id: statementStreamId(data) }],
  }),
  decide: (loaded, data, _facts, entity) => {
    const row = entity === undefined ? undefined : loadedEntity(loaded, entity);
    const day = row && { businessDate: row.businessDate, isOpen: row.status === 'day_open' };
    return issueStatement(loaded.stream(statementAggregate, statementStreamId(data)).state, data, day);
  },
  result: (loaded, data) => {
    const { state } = loaded.stream(statementAggregate, statementStreamId(data));
    if (state.status === 'none') throw new Error('A statement was accepted and is not there.');
    const { status: _status, ...statement } = state;
    return statement;
  },
});
