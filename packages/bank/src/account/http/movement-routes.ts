import { isCustomer, requireStaff, requireStaffFields } from '@finaegis/platform/auth/access';
import { amountSchema, instant, isoDate, text, uuid } from '@finaegis/platform/http/amount';
import { answerCommand, withReplay } from '@finaegis/platform/http/command-route';
import { type ApiAnswer, type ApiRequest, commandRoute, defineRoute, type Route } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter, type BookingDay, parseAssetAmount, type ShowAmount } from '../../asset/contract.ts';
import { bankDay, entityName, type Journal } from '../../ledger/contract.ts';
import { type Deposit, suspensionReasons } from '../deposit.ts';
import { type AccountHttp, requireVisible } from './account-http.ts';
import { bookingProblems } from './problems.ts';

const tag = 'Deposits and withdrawals';
const commandParts = { ...commandRoute, tag, idempotency: 'required' } as const;

const houseAccount = text(100).describe(
  'A house account such as `main:nostro/ing`; the cash of the entity when absent.',
);

const common = {
  accountId: uuid,
  amount: amountSchema,
  valueDate: bankDay
    .optional()
    .describe('Counts for interest; the booking date when absent. Only staff may say another.'),
  endToEndId: text(35).optional().describe('Kept from payer to payee.'),
  description: text(140).optional().describe('Free text; erased with the personal data of the account.'),
};

const depositBody = z
  .strictObject({
    depositId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    from: houseAccount.optional(),
    entity: entityName
      .optional()
      .describe('Whose cash and suspense are meant where nothing else says it; `main` when absent.'),
    ...common,
  })
  .meta({ id: 'DepositRequest' });

const withdrawalBody = z
  .strictObject({
    withdrawalId: uuid.optional().describe('Your own id, unique for ever; one is made when absent.'),
    to: houseAccount.optional(),
    ...common,
  })
  .meta({ id: 'WithdrawalRequest' });

const booked = {
  reference: z.string(),
  bookingDate: isoDate,
  valueDate: isoDate,
  bookedAt: instant,
  endToEndId: z.string().optional(),
};

const depositResource = z
  .object({
    depositId: uuid.describe('Also the id of its journal.'),
    accountId: uuid.describe('For whom it came, whether or not there is such an account.'),
    status: z.enum(['credited', 'suspended']),
    reason: z.enum(suspensionReasons).optional().describe('Why it is in suspense.'),
    creditedTo: z.string(),
    from: z.string(),
    amount: amountSchema,
    ...booked,
  })
  .meta({
    id: 'Deposit',
    description: 'Money that has arrived; booked always, in suspense where the account cannot take it.',
  });

const withdrawalResource = z
  .object({
    withdrawalId: uuid.describe('Also the id of its journal.'),
    accountId: uuid,
    to: z.string().optional(),
    amount: amountSchema,
    ...booked,
  })
  .meta({ id: 'Withdrawal' });

/** Money in and out over house accounts. */
export const movementRoutes = (http: AccountHttp): readonly Route[] => [
  defineRoute({
    ...commandParts,
    path: '/v1/deposits',
    operationId: 'recordDeposit',
    personalData: 'known',
    summary: 'Record money that has arrived',
    description:
      'Never refused because of the account: closed, blocked for credits, unknown, or not allowed the asset, the money goes to suspense, and the answer says so.',
    permission: 'account:deposit',
    request: { body: depositBody },
    responses: {
      200: { description: 'It had been recorded before.', schema: depositResource },
      201: { description: 'Recorded; `status` says where.', schema: depositResource },
    },
    problems: ['staff_only', 'deposit_exists_with_different_content', ...bookingProblems],
    handle: (request) => withReplay(http.services, request, () => deposit(http, request)),
  }),
  defineRoute({
    ...commandParts,
    path: '/v1/withdrawals',
    operationId: 'withdraw',
    personalData: 'known',
    summary: 'Withdraw from an account',
    permission: 'account:withdraw',
    request: { body: withdrawalBody },
    responses: {
      200: { description: 'It had been booked before.', schema: withdrawalResource },
      201: { description: 'Booked.', schema: withdrawalResource },
    },
    problems: [
      'staff_only',
      'not_found',
      'mandate_missing',
      'mandate_limit_exceeded',
      'journal_exists_with_different_content',
      ...bookingProblems,
    ],
    handle: (request) => withReplay(http.services, request, () => withdraw(http, request)),
  }),
];

const deposit = async (
  http: AccountHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof depositBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body } = request;
  requireStaff(principal);
  const { depositId = http.services.newId(), amount: written, ...rest } = body;
  const { ledger } = http;
  const day: BookingDay = async (reached) => {
    const [arrivedAt] = body.from?.split(':', 1) ?? [];
    const account = (await ledger.directory.accounts(tenantId, [body.accountId])).get(body.accountId);
    return ledger.reads.bookingDay(tenantId, arrivedAt ?? account?.entity ?? body.entity ?? 'main')(reached);
  };
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  return answerCommand(
    http.services,
    request,
    http.handlers.recordDeposit,
    { ...rest, depositId, asset, amountMinor },
    { status: 201, show: (result) => showDeposit(result, amount), problems: http.problems, amount },
  );
};

const withdraw = async (
  http: AccountHttp,
  request: ApiRequest<unknown, unknown, z.output<typeof withdrawalBody>>,
): Promise<ApiAnswer> => {
  const { principal, tenantId, body } = request;
  // Which of the bank's accounts the money leaves by, how that is called, and the day it counts for are the bank's business.
  const isOfCustomer = isCustomer(principal);
  requireStaffFields(principal, { '/body/to': body.to, '/body/valueDate': body.valueDate });
  const { entity } = await requireVisible(http, request, body.accountId);
  const { withdrawalId = http.services.newId(), amount: written, ...rest } = body;
  const day = http.ledger.reads.bookingDay(tenantId, entity);
  const { asset, amountMinor } = await parseAssetAmount(http.assets, tenantId, written, '/body/amount', day);
  await http.access.require(principal, body.accountId, 'operate', [{ asset, amountMinor }]);
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  return answerCommand(
    http.services,
    request,
    http.handlers.withdraw,
    { ...rest, withdrawalId, asset, amountMinor },
    { status: 201, show: (journal) => showWithdrawal(journal, amount, isOfCustomer), problems: http.problems, amount },
  );
};

const bookedParts = ({ reference, bookingDate, valueDate, bookedAt, endToEndId }: Journal) => ({
  reference,
  bookingDate,
  valueDate,
  bookedAt,
  ...(endToEndId === undefined ? {} : { endToEndId }),
});

const showDeposit = (
  { depositId, accountId, status, reason, creditedTo, from, asset, amountMinor, journal }: Deposit,
  amount: ShowAmount,
): unknown => ({
  depositId,
  accountId,
  status,
  ...(reason === undefined ? {} : { reason }),
  creditedTo,
  from,
  amount: amount(asset, amountMinor),
  ...bookedParts(journal),
});

const showWithdrawal = (journal: Journal, amount: ShowAmount, isOfCustomer: boolean): unknown => {
  const [debit, credit] = journal.postings;
  if (debit === undefined || credit === undefined) throw new Error('A withdrawal has two postings.');
  return {
    withdrawalId: journal.journalId,
    accountId: debit.account,
    ...(isOfCustomer ? {} : { to: credit.account }),
    amount: amount(debit.asset, debit.amountMinor),
    ...bookedParts(journal),
  };
};
