import { requireStaff } from '@finaegis/platform/auth/access';
import { instant, isoDate, signedAmountSchema, text, uuid } from '@finaegis/platform/http/amount';
import { pageQuery, pageSchema } from '@finaegis/platform/http/cursor';
import { ProblemError } from '@finaegis/platform/http/problem';
import { defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, type ShowAmount } from '../../asset/contract.ts';
import { type PspLine, pspLines } from '../psp-day/events.ts';
import type { PspDay } from '../psp-day/psp-day.ts';
import type { CardHttp } from './card-http.ts';
import { answerList, ofAsset } from './lists.ts';

const tag = 'Disputes';
const statuses = ['agreed', 'differs'] as const;

const twoSides = z.object({
  booked: signedAmountSchema.describe('As our books have it.'),
  told: signedAmountSchema.describe('As the provider’s balance transactions say.'),
});
const day = z
  .object({
    dayId: uuid,
    status: z.enum(statuses),
    entity: z.string(),
    provider: z.string(),
    date: isoDate.describe('The business day.'),
    from: isoDate.optional().describe('The first day in it; everything before the date where there is none.'),
    opening: twoSides.describe('What the provider owed us before.'),
    lines: z
      .object(Object.fromEntries(pspLines.map((line) => [line, twoSides])) as Record<PspLine, typeof twoSides>)
      .describe('What became of it; opening and lines make closing on both sides.'),
    closing: twoSides.describe('What it owed us in the end; as booked, the balance of its account in the ledger.'),
    difference: signedAmountSchema.describe('Booked less told.'),
    openCount: z.int().describe('How many differences make it up.'),
    itemCount: z.int().describe('Of how many of them somebody was told.'),
    differences: z
      .array(
        z.object({
          key: z
            .string()
            .describe(
              'What it is about. A journal that names it as `difference` in its metadata is taken for its other side.',
            ),
          amount: signedAmountSchema,
          since: isoDate,
          workItemId: uuid.optional(),
        }),
      )
      .optional()
      .describe('What is under way and what nobody knows; where it is read alone.'),
    movements: z.int(),
    postings: z.int(),
    explainedAt: instant,
  })
  .meta({ id: 'ProviderDay', description: 'A business day of our account at a provider, explained to the cent.' });

const params = z.strictObject({ dayId: uuid });
const query = z.strictObject({
  ...pageQuery,
  status: z.enum(statuses).optional(),
  asset: text(32).optional(),
  from: instant.optional().describe('Explained at or after it.'),
  to: instant.optional().describe('Explained before it.'),
});

/** Days of our accounts at card providers, for staff. */
export const pspDayRoutes = (http: CardHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/provider-days',
    operationId: 'listProviderDays',
    summary: 'List explained days of the account at the card provider, newest first',
    permission: 'payment:work',
    request: { query },
    responses: { 200: { description: 'Days.', schema: pageSchema(day) } },
    problems: ['staff_only'],
    handle: async (request) => {
      requireStaff(request.principal);
      return answerList(http, request, {
        list: 'provider-days',
        read: http.cardReads.listPspDays,
        assetsOf: ofAsset,
        show: showDay,
      });
    },
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/provider-days/:dayId',
    operationId: 'getProviderDay',
    summary: 'Explain a day of the account at the card provider to the cent',
    permission: 'payment:work',
    request: { params },
    responses: { 200: { description: 'The day and its differences.', schema: day } },
    problems: ['staff_only', 'not_found'],
    handle: async ({ principal, tenantId, params: { dayId } }) => {
      requireStaff(principal);
      const found = await http.cardReads.pspDay(tenantId, dayId);
      if (found.status === 'unknown') throw new ProblemError('not_found', { about: { sought: dayId } });
      const amount = await amountWriter(http.assets, tenantId, [found.asset]);
      const differences = found.differences.map(({ key, amountMinor, since, workItemId }) => ({
        key,
        amount: amount(found.asset, amountMinor),
        since,
        ...(workItemId === undefined ? {} : { workItemId }),
      }));
      return { status: 200, body: { ...showDay(found, amount), differences } };
    },
  }),
];

const showDay = (found: PspDay, amount: ShowAmount) => {
  const { dayId, status, entity, provider, asset, date, from, opening, lines, closing, differenceMinor } = found;
  const both = ({ bookedMinor, toldMinor }: PspDay['opening']) => ({
    booked: amount(asset, bookedMinor),
    told: amount(asset, toldMinor),
  });
  return {
    dayId,
    status,
    entity,
    provider,
    date,
    ...(from === undefined ? {} : { from }),
    opening: both(opening),
    lines: Object.fromEntries(pspLines.map((line) => [line, both(lines[line])])),
    closing: both(closing),
    difference: amount(asset, differenceMinor),
    openCount: found.openCount,
    itemCount: found.itemCount,
    movements: found.movements,
    postings: found.postings,
    explainedAt: found.explainedAt,
  };
};
