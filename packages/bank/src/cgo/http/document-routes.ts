import { amountSchema, assetCode, instant, uuid } from '@finaegis/platform/http/amount';
import { throwProblem } from '@finaegis/platform/http/problem';
import {
  type ApiAnswer,
  type ApiRequest,
  commandRoute,
  defineRoute,
  type Route,
  readRoute,
} from '@finaegis/platform/http/route';
import { z } from 'zod';
import { amountWriter } from '../../asset/contract.ts';
import { writePaper } from '../adapters/paper-pdf.ts';
import { type Investment, investmentStatuses } from '../investment/investment.ts';
import { type CgoHttp, requireOwn, visibleInvestment } from './cgo-http.ts';
import { command, investmentParams } from './investment-routes.ts';
import { fourDecimals, investmentResource, percentage, percentText, sharesText } from './shown.ts';

const tag = 'CGO documents';
const readParts = { ...readRoute, tag, permission: 'cgo:read' } as const;
const pdf = 'application/pdf';
const partyParams = z.strictObject({ partyId: uuid });

const statementResource = z
  .object({
    partyId: uuid,
    asOf: instant,
    holdings: z.array(
      z.object({
        round: z.int(),
        shareAsset: assetCode,
        shares: fourDecimals,
        invested: amountSchema,
        ownership: percentage,
      }),
    ),
    investments: z.array(
      z.object({
        investmentId: uuid,
        round: z.int(),
        status: z.enum(investmentStatuses),
        amount: amountSchema,
        shares: fourDecimals,
        certificateNumber: z.string().optional(),
        requestedAt: instant,
      }),
    ),
  })
  .meta({ id: 'InvestorStatement' });

const signatureBody = z
  .strictObject({
    agreementHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
      .describe('As the agreement itself and the investment say it.'),
  })
  .meta({ id: 'AgreementSignature' });

/** Agreements, certificates and statements. */
export const documentRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...readParts,
    path: '/v1/cgo/investments/:investmentId/agreement',
    operationId: 'getInvestmentAgreement',
    personalData: 'shown',
    summary: 'The agreement of an investment, as PDF',
    description: 'There is one from when its shares are reserved.',
    request: { params: investmentParams },
    responses: { 200: { description: 'The agreement.', contentType: pdf } },
    problems: ['not_found'],
    handle: (request) => paper(http, request, 'agreement'),
  }),
  defineRoute({
    ...commandRoute,
    tag,
    path: '/v1/cgo/investments/:investmentId/agreement/signature',
    operationId: 'signInvestmentAgreement',
    summary: 'Sign the agreement of an investment',
    description:
      'By the investor, who sends the hash of what was read. Where the round wants it, nothing can be paid before. It is recorded with the time and who signed; signed again it is the same signature.',
    permission: 'cgo:invest',
    request: { params: investmentParams, body: signatureBody },
    responses: { 200: { description: 'Signed.', schema: investmentResource } },
    problems: ['not_found', 'investment_unknown', 'investment_over', 'agreement_not_drawn_up', 'agreement_differs'],
    handle: (request) =>
      command(http, request, {
        handler: http.handlers.signAgreement,
        data: { ...request.params, ...request.body },
        staffOnly: false,
      }),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/cgo/investments/:investmentId/certificate',
    operationId: 'getCertificate',
    personalData: 'shown',
    summary: 'The certificate of an investment, as PDF',
    description: 'There is one from when it is confirmed; a void one says so.',
    request: { params: investmentParams },
    responses: { 200: { description: 'The certificate.', contentType: pdf } },
    problems: ['not_found'],
    handle: (request) => paper(http, request, 'certificate'),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/cgo/investors/:partyId/statement',
    operationId: 'getInvestorStatement',
    personalData: 'shown',
    summary: 'What an investor owns and asked for',
    request: { params: partyParams },
    responses: { 200: { description: 'The statement.', schema: statementResource } },
    problems: ['not_found'],
    handle: async (request) => ({ status: 200, body: await statementOf(http, request) }),
  }),
  defineRoute({
    ...readParts,
    path: '/v1/cgo/investors/:partyId/statement/document',
    operationId: 'printInvestorStatement',
    personalData: 'shown',
    summary: 'What an investor owns and asked for, as PDF',
    request: { params: partyParams },
    responses: { 200: { description: 'The statement.', contentType: pdf } },
    problems: ['not_found'],
    handle: (request) => printStatement(http, request),
  }),
];

const file = (name: string, bytes: Uint8Array): ApiAnswer => ({
  status: 200,
  body: Buffer.from(bytes),
  contentType: pdf,
  headers: { 'content-disposition': `attachment; filename="${name}.pdf"` },
});

const nameOf = async (http: CgoHttp, tenantId: string, partyId: string): Promise<string> =>
  (await http.parties.displayNames(tenantId, [partyId])).get(partyId) ?? partyId;

const paper = async (
  http: CgoHttp,
  request: ApiRequest<z.output<typeof investmentParams>>,
  kind: 'agreement' | 'certificate',
): Promise<ApiAnswer> => {
  const { tenantId, params } = request;
  const investment = await visibleInvestment(http, request, params.investmentId);
  const issued = kind === 'agreement' ? agreementOf(investment) : certificateOf(investment);
  const { number, hash, issuedAt } = issued ?? throwProblem('not_found');
  const { asset, amountMinor, partyId, voidedAt } = investment;
  const amount = await amountWriter(http.assets, tenantId, [asset]);
  const money = amount(asset, amountMinor);
  const bytes = await writePaper({
    title: kind === 'agreement' ? 'Investment agreement' : 'Share certificate',
    number,
    issuedAt,
    holder: await nameOf(http, tenantId, partyId),
    ...(kind === 'certificate' && voidedAt !== undefined ? { mark: `Void since ${voidedAt.slice(0, 10)}` } : {}),
    facts: [
      ['Round', String(investment.round)],
      ['Tier', investment.tier],
      ['Shares', `${sharesText(investment.sharesMinor)} ${investment.shareAsset}`],
      ['Price of a share', `${sharesText(investment.priceTenThousandths)} ${asset}`],
      ['Amount', `${money.amount} ${money.asset}`],
      ['Investment', investment.investmentId],
      ['Signature hash (SHA3-256)', hash],
    ],
    text: kind === 'agreement' ? agreementText(investment) : certificateText(number),
    rows: [],
  });
  return file(number, bytes);
};

interface Issued {
  readonly number: string;
  readonly hash: string;
  readonly issuedAt: string;
}

const agreementOf = ({
  agreementNumber: number,
  agreementHash: hash,
  reservedAt: issuedAt,
}: Investment): Issued | undefined =>
  number === undefined || hash === undefined || issuedAt === undefined ? undefined : { number, hash, issuedAt };

const certificateOf = ({
  certificateNumber: number,
  certificateHash: hash,
  confirmedAt: issuedAt,
}: Investment): Issued | undefined =>
  number === undefined || hash === undefined || issuedAt === undefined ? undefined : { number, hash, issuedAt };

const agreementText = ({ coolingOffDays, reference, signature }: Investment): string =>
  `${signature === undefined ? '' : `Signed by the investor on ${signature.signedAt.slice(0, 10)}. `}The shares are reserved until they are paid under the reference ${reference}. Within ${coolingOffDays} days of the payment the investor may cancel without giving a reason and has all of it back. After that the shares are entered in the register and a certificate is issued.`;

const certificateText = (number: string): string =>
  `The holder is entered in the share register. Whether this certificate is genuine and in force can be verified by anybody under its number ${number}.`;

const statementSize = 200;

const statementOf = async (http: CgoHttp, request: ApiRequest<z.output<typeof partyParams>>) => {
  const {
    tenantId,
    params: { partyId },
  } = request;
  requireOwn(request, partyId, partyId);
  if ((await http.parties.find(tenantId, partyId)) === undefined)
    throwProblem('not_found', { about: { sought: partyId } });
  const [holdings, investments] = await Promise.all([
    http.reads.holdings(tenantId, partyId),
    http.reads.listInvestments(tenantId, { partyId }, { limit: statementSize }),
  ]);
  const rounds = await Promise.all(holdings.map(({ round }) => http.reads.round(tenantId, round)));
  const amount = await amountWriter(http.assets, tenantId, [
    ...holdings.map(({ asset }) => asset),
    ...investments.map(({ item }) => item.asset),
  ]);
  return {
    partyId,
    asOf: http.services.now(),
    holdings: holdings.flatMap(({ round: number, sharesMinor, investedMinor, asset }, index) => {
      const round = rounds[index];
      if (round === undefined || round.status === 'unknown' || sharesMinor === 0n) return [];
      const ownership = percentText(sharesMinor, round.sharesMaxMinor);
      const invested = amount(asset, investedMinor);
      return [{ round: number, shareAsset: round.shareAsset, shares: sharesText(sharesMinor), invested, ownership }];
    }),
    investments: investments.map(
      ({ item: { investmentId, round, status, asset, amountMinor, sharesMinor, certificateNumber, requestedAt } }) => ({
        investmentId,
        round,
        // What is looked at is not told, as in the answers about the investment itself.
        status: request.principal.actingFor !== undefined && status === 'aml_review' ? 'requested' : status,
        amount: amount(asset, amountMinor),
        shares: sharesText(sharesMinor),
        ...(certificateNumber === undefined ? {} : { certificateNumber }),
        requestedAt,
      }),
    ),
  };
};

const printStatement = async (http: CgoHttp, request: ApiRequest<z.output<typeof partyParams>>): Promise<ApiAnswer> => {
  const body = await statementOf(http, request);
  const { partyId } = body;
  const bytes = await writePaper({
    title: 'Investor statement',
    number: body.asOf.slice(0, 10),
    issuedAt: body.asOf,
    holder: await nameOf(http, request.tenantId, partyId),
    facts: body.holdings.map(({ round, shares, shareAsset, invested, ownership }) => [
      `Round ${round}`,
      `${shares} ${shareAsset}, ${invested.amount} ${invested.asset}, ${ownership} %`,
    ]),
    text: 'Shares confirmed and not refunded, and every investment asked for.',
    rows: body.investments.map(
      ({ requestedAt, round, status, amount: { amount: money, asset }, shares, certificateNumber }) => [
        requestedAt.slice(0, 10),
        `Round ${round}`,
        status,
        `${money} ${asset}`,
        shares,
        certificateNumber ?? '',
      ],
    ),
  });
  return file(`statement-${partyId}`, bytes);
};
