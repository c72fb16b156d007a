import { requireStaff } from '@finaegis/platform/auth/access';
import { isPermitted } from '@finaegis/platform/auth/principal';
import { amountSchema, metadata, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { type ApiRequest, commandRoute, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountAt, amountWriter, parseAmountOfAnyLife, parseAssetAmount } from '../../asset/contract.ts';
import { bankDay } from '../entity-on-wire.ts';
import type { PostJournalData } from '../journal/commands.ts';
import type { JournalCapture, JournalPosting } from '../journal/events.ts';
import {
  description,
  endToEndId,
  fieldProblem,
  forcedReason,
  journalResource,
  ownId,
  postingBody,
  scopeMissing,
} from './fields.ts';
import { bookingDay, journalShower, type LedgerHttp } from './ledger-http.ts';
import { ledgerProblems, postingProblems, reversalProblems } from './problems.ts';
import { assetsOf } from './show.ts';

// Journals of these kinds are made by their own commands, and say more than their postings.
const reservedKinds = ['reversal', 'conversion', 'revaluation', 'reconciliation_correction'];

const kind = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower case letters, digits and underscores')
  .refine((text) => !reservedKinds.includes(text), `must not be one of ${reservedKinds.join(', ')}`)
  .meta({ examples: ['deposit'] });

const journalBody = z
  .strictObject({
    id: ownId,
    kind,
    postings: z.array(postingBody).min(2).max(500),
    captures: z
      .array(
        z.strictObject({
          holdId: uuid,
          amount: amountSchema,
          isFinal: z.boolean().default(true).describe('Whether the rest of the hold is released.'),
        }),
      )
      .max(100)
      .default([]),
    fulfils: z
      .array(uuid)
      .min(1)
      .max(100)
      .optional()
      .describe('Announcements of which this is the money; they end with it, whatever it amounts to.'),
    bookingDate: bankDay.optional().describe('Refused unless it is the open day.'),
    valueDate: bankDay.optional(),
    forced: forcedReason.optional().describe('Skips the floor and debit blocks; needs the permission `ledger:force`.'),
    endToEndId: endToEndId.optional(),
    description: description.optional(),
    metadata: metadata.optional(),
  })
  .meta({ id: 'JournalRequest' });

type JournalBody = z.output<typeof journalBody>;

const reversalBody = z
  .strictObject({
    id: ownId,
    lines: z
      .array(z.strictObject({ line: z.int().min(0).max(499), amount: amountSchema }))
      .min(1)
      .max(500)
      .optional()
      .describe('Lines that balance alone; everything that remains when absent.'),
    forced: forcedReason.optional().describe('Skips the floor and debit blocks; needs the permission `ledger:force`.'),
  })
  .meta({ id: 'ReversalRequest' });

const journalParams = z.strictObject({ journalId: uuid });
const answers = {
  200: { description: 'It had been posted before.', schema: journalResource },
  201: { description: 'Posted.', schema: journalResource },
};
const tag = 'Journals';
const commandParts = { ...commandRoute, tag, idempotency: 'required', responses: answers } as const;

/** Journals of any shape, and their undoing: the bank's own work. */
export const journalRoutes = (http: LedgerHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/journals',
    operationId: 'postJournal',
    personalData: 'known',
    summary: 'Post a journal of any shape',
    permission: 'ledger:post',
    request: { body: journalBody },
    problems: [...postingProblems, 'staff_only'],
    handle: (request) => withReplay(http.services, request, () => postJournal(http, request)),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/journals/:journalId/reversals',
    operationId: 'reverseJournal',
    personalData: 'shown',
    summary: 'Undo an error of our own',
    description:
      'Mirrors the journal, or lines of it, on the open day with the value date of the original. A refund is a new payment instead.',
    permission: 'ledger:reverse',
    request: { params: journalParams, body: reversalBody },
    problems: [...reversalProblems, 'staff_only'],
    handle: (request) => withReplay(http.services, request, () => reverseJournal(http, request)),
  }),
];

const requireForce = ({ principal }: ApiRequest, forced: string | undefined): void => {
  if (forced !== undefined && !isPermitted(principal, 'ledger:force'))
    throw scopeMissing('ledger:force', '/body/forced');
};

const postJournal = async (http: LedgerHttp, request: ApiRequest<unknown, unknown, JournalBody>) => {
  const { principal, tenantId, body } = request;
  requireStaff(principal);
  requireForce(request, body.forced);
  const { id, postings: _postings, captures: _captures, ...rest } = body;
  const [postings, holds] = await Promise.all([
    readPostings(http, tenantId, body),
    http.reads.holdFacts(
      tenantId,
      body.captures.map(({ holdId }) => holdId),
    ),
  ]);
  const captures = await readCaptures(http, tenantId, body, holds);
  const amount = await amountWriter(
    http.assets,
    tenantId,
    [...postings, ...holds.values()].map(({ asset }) => asset),
  );
  const journal: PostJournalData = { ...rest, journalId: id ?? http.services.newId(), postings, captures };
  return answerCommand(http.services, request, http.handlers.postJournal, journal, {
    status: 201,
    show: journalShower(amount, holds),
    problems: ledgerProblems,
    amount,
  });
};

const readPostings = (
  http: LedgerHttp,
  tenantId: string,
  { postings }: JournalBody,
): Promise<readonly JournalPosting[]> =>
  Promise.all(
    postings.map(async ({ account, side, amount, purpose }, index) => {
      const { asset, amountMinor } = await parseAssetAmount(
        http.assets,
        tenantId,
        amount,
        `/body/postings/${index}/amount`,
        bookingDay(http, tenantId, [account]),
      );
      return { account, asset, side, amountMinor, purpose };
    }),
  );

/** The asset of a capture is the hold's, for ever; an amount in another one would be another amount. */
const readCaptures = (
  http: LedgerHttp,
  tenantId: string,
  { captures }: JournalBody,
  holds: ReadonlyMap<string, { readonly asset: string }>,
): Promise<readonly JournalCapture[]> =>
  Promise.all(
    captures.map(async ({ holdId, amount, isFinal }, index) => {
      const field = `/body/captures/${index}/amount`;
      const { asset, amountMinor } = await parseAmountOfAnyLife(http.assets, tenantId, amount, {
        field: amountAt(field),
      });
      const hold = holds.get(holdId);
      if (hold !== undefined && hold.asset !== asset)
        throw fieldProblem({
          field: `${field}/asset`,
          code: 'not_the_asset_of_the_hold',
          message: `must be ${hold.asset}`,
        });
      return { holdId, amountMinor, isFinal };
    }),
  );

const reverseJournal = async (
  http: LedgerHttp,
  request: ApiRequest<z.output<typeof journalParams>, unknown, z.output<typeof reversalBody>>,
) => {
  const { principal, tenantId, body, params } = request;
  requireStaff(principal);
  requireForce(request, body.forced);
  const original = await http.directory.journal(tenantId, params.journalId);
  if (original.status === 'unknown')
    throw new ProblemError('journal_unknown', { facts: { journalId: params.journalId } });
  const lines = await Promise.all(
    (body.lines ?? []).map(async ({ line, amount }, index) => {
      const field = `/body/lines/${index}/amount`;
      const { asset, amountMinor } = await parseAmountOfAnyLife(http.assets, tenantId, amount, {
        field: amountAt(field),
      });
      const posting = original.postings[line];
      if (posting !== undefined && posting.asset !== asset)
        throw fieldProblem({
          field: `${field}/asset`,
          code: 'not_the_asset_of_the_line',
          message: `must be ${posting.asset}`,
        });
      return { index: line, amountMinor };
    }),
  );
  const amount = await amountWriter(http.assets, tenantId, assetsOf(original));
  const command = {
    journalId: body.id ?? http.services.newId(),
    original: params.journalId,
    ...(body.lines === undefined ? {} : { lines }),
    ...(body.forced === undefined ? {} : { forced: body.forced }),
  };
  return answerCommand(http.services, request, http.handlers.reverseJournal, command, {
    status: 201,
    show: journalShower(amount),
    problems: ledgerProblems,
    amount,
  });
};
