import { fold } from '@finaegis/platform/event-store/aggregate';
import { z } from 'zod';
import { custodianTransferRequested } from '../transfer/events.ts';
import { type CustodianTransfer, type TransferState, transferAggregate } from '../transfer/transfer.ts';
import { documentTable } from './stored-documents.ts';

const decode = (document: unknown): CustodianTransfer => {
  const { status, reason, ...requested } = z
    .looseObject({ status: z.enum(['requested', 'completed', 'failed']), reason: z.string().optional() })
    .parse(document);
  return { ...custodianTransferRequested.schema.parse(requested), status, ...(reason === undefined ? {} : { reason }) };
};

/** Transfers between custodians, newest first. */
export const transfersTable = documentTable<CustodianTransfer>({
  name: 'custodian.transfers',
  physicalName: 'custodian_transfers',
  rank: 52,
  consumes: transferAggregate.events.map(({ type }) => type),
  idOf: ({ data }) => String(data['transferId']),
  folded: (row, event) => {
    const state: TransferState = row ?? transferAggregate.initial;
    const next = fold(transferAggregate, state, event);
    if (next.status === 'unknown') throw new Error(`${event.type} left a transfer unknown.`);
    return next;
  },
  topicOf: ({ from }) => from,
  statusOf: ({ status }) => status,
  decode,
});
