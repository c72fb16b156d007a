import { instant, uuid } from '@finaegis/platform/http/amount';
import { throwProblem } from '@finaegis/platform/http/problem';
import { type ApiAnswer, type ApiRequest, defineRoute, type Route, readRoute } from '@finaegis/platform/http/route';
import { z } from 'zod';
import { paperContent, paperHash } from '../investment/papers.ts';
import type { CgoHttp } from './cgo-http.ts';
import { roundParams, shownRound } from './round-routes.ts';
import { fourDecimals, roundResource, sharesText } from './shown.ts';

const tag = 'CGO for everybody';
const ofTenant = z.strictObject({ tenantId: uuid.describe('Whose offering it is.') });
const certificateParams = z.strictObject({
  number: z.string().regex(/^CGO-[A-Z]-\d{4}-\d{6,9}$/, 'must be a number such as CGO-E-2026-000001'),
});

const verification = z
  .object({
    number: z.string(),
    status: z.enum(['valid', 'void']),
    tier: z.string(),
    round: z.int(),
    shares: fourDecimals,
    issuedAt: instant,
    voidedAt: instant.optional(),
    hash: z.string().describe('SHA3-256 over the canonical JSON of what the certificate says; printed on it.'),
    isHashTrue: z.boolean().describe('Whether the hash is that of what is on record.'),
  })
  .meta({
    id: 'CertificateVerification',
    description: 'Nothing personal: whose it is stands on the certificate itself.',
  });

/** What anybody may see: rounds that are offered, and whether a certificate is genuine. */
export const publicRoutes = (http: CgoHttp): readonly Route[] => [
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/certificates/:number/verification',
    operationId: 'verifyCertificate',
    summary: 'Whether a certificate is genuine and in force',
    permission: 'public',
    request: { params: certificateParams, query: ofTenant },
    responses: {
      200: { description: 'It was issued here; `status` says whether it is in force.', schema: verification },
    },
    problems: ['not_found'],
    handle: (request) => verify(http, request),
  }),
  defineRoute({
    ...readRoute,
    tag,
    path: '/v1/cgo/offering/:round',
    operationId: 'getOffering',
    summary: 'A round as its public page shows it',
    permission: 'public',
    request: { params: roundParams, query: ofTenant },
    responses: { 200: { description: 'The round.', schema: roundResource } },
    problems: ['not_found'],
    handle: async ({ params, query }) => ({ status: 200, body: await shownRound(http, query.tenantId, params.round) }),
  }),
];

const verify = async (
  { reads }: CgoHttp,
  {
    params: { number },
    query: { tenantId },
  }: ApiRequest<z.output<typeof certificateParams>, z.output<typeof ofTenant>>,
): Promise<ApiAnswer> => {
  const state = await reads.certified(tenantId, number);
  if (state.status === 'unknown' || state.confirmedAt === undefined) return throwProblem('not_found');
  const { certificateHash = '', confirmedAt: issuedAt, voidedAt, tier, round, sharesMinor } = state;
  return {
    status: 200,
    body: {
      number,
      status: voidedAt === undefined ? 'valid' : 'void',
      tier,
      round,
      shares: sharesText(sharesMinor),
      issuedAt,
      ...(voidedAt === undefined ? {} : { voidedAt }),
      hash: certificateHash,
      isHashTrue: paperHash(paperContent(state, { paper: 'certificate', number, issuedAt })) === certificateHash,
    },
  };
};
