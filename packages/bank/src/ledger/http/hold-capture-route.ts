import { amountSchema, metadata, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountAt, amountWriter, parseAmountOfAnyLife } from '../../asset/contract.ts';
import type { Hold } from '../hold/hold.ts';
import type { PostJournalData } from '../journal/commands.ts';
import { accountId, description, endToEndId, journalResource, ownId, ownValueDate } from './fields.ts';
import { type HoldRequest, requireAssetOf, requireChangeable } from './hold-access.ts';
import { journalShower, type LedgerHttp, requireMayDate, requirePayable } from './ledger-http.ts';
import { ledgerProblems, mandateProblems, postingProblems } from './problems.ts';

const captureBody = z
  .strictObject({
    id: ownId,
    to: accountId,
    amount: amountSchema.optional().describe('All that remains when absent.'),
    isFinal: z.boolean().default(true).describe('Whether the rest of the hold is released.'),
    valueDate: ownValueDate,
    endToEndId: endToEndId.optional(),
    description: description.optional(),
    metadata: metadata.optional(),
  })
  .meta({ id: 'CaptureRequest' });

type CaptureBody = z.output<typeof captureBody>;

/** Part or all of a hold becomes a journal. */
export const captureRoute = (http: LedgerHttp): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/holds/:holdId/captures',
    operationId: 'captureHold',
    personalData: 'shown',
    summary: 'Use a hold, in part or all of it',
    tag: 'Holds',
    permission: 'ledger:hold',
    rateClass: 'write',
    idempotency: 'required',
    supportsDryRun: true,
    request: { params: z.strictObject({ holdId: uuid }), body: captureBody },
    responses: {
      200: { description: 'It had been captured before.', schema: journalResource },
      201: { description: 'The journal that took the money.', schema: journalResource },
    },
    problems: ['staff_only', ...postingProblems, ...mandateProblems, 'hold_not_yours'],
    handle: (request) => withReplay(http.services, request, () => capture(http, request)),
  });

const capture = async (http: LedgerHttp, request: HoldRequest<CaptureBody>) => {
  const { tenantId, body } = request;
  requireMayDate(request, body, '/body');
  const hold = await requireChangeable(http, request);
  await requirePayable(http, request, [body.to]);
  const { account, asset } = hold;
  const amountMinor = await capturedAmount(http, request, hold);
  const purpose = 'principal';
  const { id, to, amount: _amount, isFinal, ...rest } = body;
  const journal: PostJournalData = {
    ...rest,
    journalId: id ?? http.services.newId(),
    kind: 'capture',
    postings: [
      { account, asset, side: 'debit', amountMinor, purpose },
      { account: to, asset, side: 'credit', amountMinor, purpose },
    ],
    captures: [{ holdId: hold.holdId, amountMinor, isFinal }],
  };
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  return answerCommand(http.services, request, http.handlers.postJournal, journal, {
    status: 201,
    show: journalShower(amount, new Map([[hold.holdId, hold]])),
    problems: ledgerProblems,
    amount,
  });
};

/** What was asked for; else what this capture took when it was first asked for; else what remains. */
const capturedAmount = async (
  http: LedgerHttp,
  { tenantId, body }: HoldRequest<CaptureBody>,
  hold: Hold,
): Promise<bigint> => {
  if (body.amount !== undefined) {
    const { asset, amountMinor } = await parseAmountOfAnyLife(http.assets, tenantId, body.amount, {
      field: amountAt('/body/amount'),
    });
    requireAssetOf(hold, asset, '/body/amount/asset');
    return amountMinor;
  }
  const earlier =
    body.id !== undefined && hold.journals.includes(body.id)
      ? await http.directory.journal(tenantId, body.id)
      : undefined;
  const taken =
    earlier?.status === 'posted' ? earlier.captures.find(({ holdId }) => holdId === hold.holdId) : undefined;
  // Of a hold with nothing left the decision says what became of it; it must not stumble over an amount of zero first.
  return taken?.amountMinor ?? (hold.remainingMinor === 0n ? hold.amountMinor : hold.remainingMinor);
};
