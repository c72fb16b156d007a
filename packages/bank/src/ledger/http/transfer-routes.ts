import { amountSchema, metadata } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { type ApiRequest, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, parseAssetAmount } from '../../asset/contract.ts';
import type { PostJournalData } from '../journal/commands.ts';
import { transferPostings } from '../journal/transfer.ts';
import { accountId, description, endToEndId, fieldProblem, journalResource, ownId, ownValueDate } from './fields.ts';
import { bookingDay, journalShower, type LedgerHttp, requireMayDate, requirePayable } from './ledger-http.ts';
import { ledgerProblems, mandateProblems, postingProblems } from './problems.ts';

/** A transfer as it is sent. */
export const transferBody = z
  .strictObject({
    id: ownId,
    from: accountId,
    to: accountId,
    amount: amountSchema,
    fee: amountSchema.optional().describe('Charged to `from` on top, in the same asset.'),
    description: description.optional(),
    endToEndId: endToEndId.optional(),
    valueDate: ownValueDate,
    metadata: metadata.optional(),
  })
  .meta({ id: 'Transfer' });

/** A transfer after its shape was checked. */
export type TransferBody = z.output<typeof transferBody>;

/**
 * A transfer as the journal it is.
 * @param field JSON pointer of the transfer, `/body/transfers/3`
 * @throws ProblemError validation_failed at the amount that is wrong
 */
export const transferJournal = async (
  { assets, directory, reads }: Pick<LedgerHttp, 'assets' | 'directory' | 'reads'>,
  tenantId: string,
  body: TransferBody,
  { journalId, field }: { readonly journalId: string; readonly field: string },
): Promise<PostJournalData> => {
  const { from, to, fee } = body;
  const day = bookingDay({ directory, reads }, tenantId, [from, to]);
  const [{ asset, amountMinor }, feeAmount, accounts] = await Promise.all([
    parseAssetAmount(assets, tenantId, body.amount, `${field}/amount`, day),
    fee === undefined ? undefined : parseAssetAmount(assets, tenantId, fee, `${field}/fee`, day),
    directory.accounts(tenantId, [from, to]),
  ]);
  if (feeAmount !== undefined && feeAmount.asset !== asset)
    throw fieldProblem({
      field: `${field}/fee/asset`,
      code: 'fee_in_other_asset',
      message: `must be ${asset}, the asset of the amount`,
    });
  return {
    journalId,
    kind: 'transfer',
    postings: transferPostings(accounts, { from, to, asset, amountMinor, feeMinor: feeAmount?.amountMinor }),
    captures: [],
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.endToEndId === undefined ? {} : { endToEndId: body.endToEndId }),
    ...(body.valueDate === undefined ? {} : { valueDate: body.valueDate }),
    ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
  };
};

/** What a journal takes from an account, by asset. */
export const debitsFrom = (
  { postings }: Pick<PostJournalData, 'postings'>,
  account: string,
): readonly { readonly asset: string; readonly amountMinor: bigint }[] =>
  postings
    .filter((posting) => posting.account === account && posting.side === 'debit')
    .map(({ asset, amountMinor }) => ({ asset, amountMinor }));

/** Transfers one at a time. */
export const transferRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    method: 'POST',
    path: '/v1/transfers',
    operationId: 'createTransfer',
    personalData: 'known',
    summary: 'Move money between two accounts',
    description:
      'One journal, in full or not at all: the amount from `from` to `to`, and the fee, if any, from `from` to the house.',
    tag: 'Transfers',
    permission: 'ledger:transfer',
    rateClass: 'write',
    idempotency: 'required',
    supportsDryRun: true,
    request: { body: transferBody },
    responses: {
      200: { description: 'It had been posted before.', schema: journalResource },
      201: { description: 'Posted.', schema: journalResource },
    },
    problems: ['staff_only', ...postingProblems, ...mandateProblems],
    handle: (request) => withReplay(http.services, request, () => postTransfer(http, request)),
  }),
];

const postTransfer = async (http: LedgerHttp, request: ApiRequest<unknown, unknown, TransferBody>) => {
  const { principal, tenantId, body } = request;
  requireMayDate(request, body, '/body');
  const journal = await transferJournal(http, tenantId, body, {
    journalId: body.id ?? http.services.newId(),
    field: '/body',
  });
  await http.access.require(principal, body.from, 'operate', debitsFrom(journal, body.from));
  await requirePayable(http, request, [body.to]);
  const amount = await amountWriter(http.assets, tenantId, [body.amount.asset]);
  return answerCommand(http.services, request, http.handlers.postJournal, journal, {
    status: 201,
    show: journalShower(amount),
    problems: ledgerProblems,
    amount,
  });
};
