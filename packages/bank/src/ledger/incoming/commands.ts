import type { CommandHandler, Loaded } from '@finaegis/platform/command/handler';
import { z } from 'zod';
import { minor } from '../terms.ts';
import { accountsTable } from '../views/accounts.ts';
import {
  type AnnounceIncoming,
  announceIncoming,
  type Incoming,
  type IncomingRefusal,
  incomingAggregate,
  withdrawAnnouncement,
} from './incoming.ts';

const result = (loaded: Loaded, { announcementId }: { readonly announcementId: string }): Incoming => {
  const { state } = loaded.stream(incomingAggregate, announcementId);
  if (state.status === 'unknown') throw new Error('An announcement was accepted and is not there.');
  return state;
};

/** Says that money is on its way. The account is only shared: no balance changes, and none is locked. */
export const announceIncomingHandler = (): CommandHandler<AnnounceIncoming, undefined, Incoming, IncomingRefusal> => ({
  name: 'ledger.AnnounceIncoming',
  schema: z.strictObject({
    announcementId: z.string(),
    account: z.string(),
    asset: z.string(),
    amountMinor: minor,
    expectedOn: z.string().optional(),
    reference: z.string().optional(),
  }),
  permission: 'ledger:announce',
  loads: ({ announcementId, account }) => ({
    rows: [{ table: accountsTable, key: account, mode: 'share' }],
    streams: [{ aggregate: incomingAggregate, id: announcementId, isNew: true }],
  }),
  decide: (loaded, data) =>
    announceIncoming(
      loaded.stream(incomingAggregate, data.announcementId).state,
      loaded.row(accountsTable, data.account),
      data,
    ),
  result,
});

/** Says that it is not. */
export const withdrawAnnouncementHandler = (): CommandHandler<
  { readonly announcementId: string },
  undefined,
  Incoming,
  IncomingRefusal
> => ({
  name: 'ledger.WithdrawAnnouncement',
  schema: z.strictObject({ announcementId: z.string() }),
  permission: 'ledger:announce',
  loads: ({ announcementId }) => ({ streams: [{ aggregate: incomingAggregate, id: announcementId }] }),
  decide: (loaded, data) => withdrawAnnouncement(loaded.stream(incomingAggregate, data.announcementId).state, data),
  result,
});
