import { z } from 'zod';
import { withFaultsAsProblems } from '../../http/command-route.ts';
import { type ApiAnswer, defineRoute, type Route } from '../../http/route.ts';
import { read, type Services } from '../../services.ts';
import { type AccessToken, type AccessTokens, accessTokenLifeMs } from '../access-token/token-text.ts';
import type { Authenticate } from '../authenticate.ts';
import { revokeAccessTokenCommand } from '../commands.ts';
import { isPermitted } from '../principal.ts';
import { isTokenRevoked } from '../revoked-tokens-table.ts';
import { isWithin } from '../scope.ts';
import { type Client, clientOf, type OAuthRequest, oauthError } from './oauth-client.ts';

/** What the routes need. */
export interface OAuthOptions {
  readonly tokens: AccessTokens;
  readonly authenticate: Authenticate;
  /** Where callers reach the API; the host they asked for when absent. */
  readonly publicUrl: string | undefined;
}

const tag = 'OAuth';
const endpoint = { tag, method: 'POST', permission: 'public', rateClass: 'sensitive', idempotency: 'none' } as const;
const errorSchema = z
  .object({ error: z.string(), error_description: z.string() })
  .meta({ id: 'OAuthError', description: 'An error of RFC 6749 §5.2.' });
const wrong = {
  400: { description: 'The request is none of OAuth’s; what is no request at all is a problem.', schema: errorSchema },
  401: { description: 'The client did not authenticate.', schema: errorSchema },
} as const;
const form = z.record(z.string().max(100), z.string().max(16_000)).default({});
const clientFields = '`client_id` (the id of an API key) and `client_secret` (the key) unless HTTP Basic holds them';

/** OAuth 2.0 for machine clients: RFC 6749 §4.4, 7009, 7662 and 8414. */
export const oauthRoutes = (services: Services, options: OAuthOptions): readonly Route[] => [
  tokenRoute(services, options),
  revocationRoute(services, options),
  introspectionRoute(services, options),
  metadataRoute(options),
];

const tokenRoute = (services: Services, { tokens, authenticate }: OAuthOptions): Route =>
  defineRoute({
    ...endpoint,
    path: '/v1/oauth/token',
    operationId: 'issueAccessToken',
    summary: 'Get an access token for a client (RFC 6749 §4.4)',
    description: `Form fields: \`grant_type=client_credentials\`, \`scope\` (some of the client’s, all unless told), ${clientFields}. The token is good for ten minutes, and never for more than its key by then.`,
    request: { body: form, takesForm: true },
    responses: {
      200: {
        description: 'The token.',
        schema: z
          .object({
            access_token: z.string(),
            token_type: z.literal('Bearer'),
            expires_in: z.number(),
            scope: z.string(),
          })
          .meta({ id: 'AccessToken' }),
      },
      ...wrong,
    },
    problems: [],
    handle: async (request) => {
      const client = await clientOf(authenticate, request as OAuthRequest);
      if (!('principal' in client)) return client;
      const { grant_type: grant, scope } = request.body;
      if (grant === undefined) return oauthError('invalid_request', 'grant_type is missing.');
      if (grant !== 'client_credentials')
        return oauthError('unsupported_grant_type', 'Only client_credentials is granted here.');
      const asked = scope?.split(' ').filter((each) => each !== '');
      const beyond = asked?.find((each) => !isWithin(each, client.principal.scopes));
      if (beyond !== undefined) return oauthError('invalid_scope', 'The client does not hold one of the scopes.');
      const scopes = asked === undefined || asked.length === 0 ? client.principal.scopes : [...new Set(asked)];
      return { status: 200, body: issued(services, tokens, client, scopes) };
    },
  });

const issued = (
  { newId, now }: Services,
  tokens: AccessTokens,
  { principal, prefix }: Client,
  scopes: readonly string[],
): object => {
  const issuedAtMs = Date.parse(now());
  const { tenantId, id: keyId } = principal;
  const whose = { tokenId: newId(), tenantId, keyId, prefix, scopes };
  return {
    access_token: tokens.write({ ...whose, issuedAtMs, expiresAtMs: issuedAtMs + accessTokenLifeMs }),
    token_type: 'Bearer',
    expires_in: accessTokenLifeMs / 1_000,
    scope: scopes.join(' '),
  };
};

const revocationRoute = (services: Services, { tokens, authenticate }: OAuthOptions): Route =>
  defineRoute({
    ...endpoint,
    path: '/v1/oauth/revocation',
    operationId: 'revokeAccessToken',
    summary: 'Take back an access token (RFC 7009)',
    description: `Form fields: \`token\`, ${clientFields}. Felt everywhere within a second. A token that is none, or over, is answered like one that was taken back.`,
    request: { body: form, takesForm: true },
    responses: { 200: { description: 'It opens nothing any more.' }, ...wrong },
    problems: [],
    handle: async (request): Promise<ApiAnswer> => {
      const client = await clientOf(authenticate, request as OAuthRequest);
      if (!('principal' in client)) return client;
      const text = request.body['token'];
      if (text === undefined) return oauthError('invalid_request', 'token is missing.');
      const token = tokens.read(text);
      if (token === undefined) return { status: 200 };
      const { principal } = client;
      if (!isOf(token, client)) return oauthError('unauthorized_client', 'The token is another client’s.');
      const { tenantId, tokenId, keyId, expiresAtMs } = token;
      const data = { tokenId, keyId, expiresAt: new Date(expiresAtMs).toISOString() };
      const metadata = { actor: principal.id, channel: 'api', correlation: request.requestId };
      await withFaultsAsProblems(() =>
        services.commands.submit(revokeAccessTokenCommand, data, { tenantId, metadata }),
      );
      return { status: 200 };
    },
  });

const isOf = ({ tenantId, keyId }: AccessToken, { principal }: Client): boolean =>
  tenantId === principal.tenantId && keyId === principal.id;

const introspectionRoute = (services: Services, { tokens, authenticate }: OAuthOptions): Route =>
  defineRoute({
    ...endpoint,
    path: '/v1/oauth/introspection',
    operationId: 'introspectAccessToken',
    summary: 'Ask what an access token is good for (RFC 7662)',
    description: `Form fields: \`token\`, ${clientFields}. A client is told of its own tokens, and with the scope \`auth:read\` of all its tenant’s; every other one is not active.`,
    request: { body: form, takesForm: true },
    responses: {
      200: {
        description: 'Whether it is active, and then what it says.',
        schema: z
          .object({
            active: z.boolean(),
            client_id: z.string().optional(),
            sub: z.string().optional(),
            scope: z.string().optional(),
            token_type: z.string().optional(),
            iat: z.number().optional(),
            exp: z.number().optional(),
            jti: z.string().optional(),
          })
          .meta({ id: 'IntrospectedToken' }),
      },
      ...wrong,
    },
    problems: [],
    handle: async (request) => {
      const client = await clientOf(authenticate, request as OAuthRequest);
      if (!('principal' in client)) return client;
      const text = request.body['token'];
      if (text === undefined) return oauthError('invalid_request', 'token is missing.');
      const token = tokens.read(text);
      if (token === undefined || !mayKnow(token, client) || !(await isActive(services, token)))
        return { status: 200, body: { active: false } };
      const { keyId, scopes, issuedAtMs, expiresAtMs, tokenId } = token;
      const times = { iat: Math.floor(issuedAtMs / 1_000), exp: Math.floor(expiresAtMs / 1_000) };
      const whose = { client_id: keyId, sub: keyId, scope: scopes.join(' '), token_type: 'Bearer', jti: tokenId };
      return { status: 200, body: { active: true, ...whose, ...times } };
    },
  });

const mayKnow = (token: AccessToken, client: Client): boolean => {
  const { principal } = client;
  const isOfAll = principal.actingFor === undefined && isPermitted(principal, 'auth:read');
  return isOf(token, client) || (isOfAll && token.tenantId === principal.tenantId);
};

/** Signed, in its time, not taken back, and its key still there with the secret it was got by. */
const isActive = async (
  services: Services,
  { tenantId, tokenId, keyId, prefix, expiresAtMs }: AccessToken,
): Promise<boolean> => {
  const now = services.now();
  if (Date.parse(now) >= expiresAtMs) return false;
  return read(services, tenantId, async (tx) => {
    const { rows } = await tx.query({
      name: 'is-key-in-force',
      text: `select 1 from auth_api_keys k where k.tenant_id = $1 and k.key_id = $2 and k.status = 'active' and (k.expires_at is null or k.expires_at > $4)
        and (k.prefix = $3 or (k.previous_prefix = $3 and k.previous_valid_until > $4))`,
      values: [tenantId, keyId, prefix, now],
    });
    return rows.length > 0 && !(await isTokenRevoked(tx, tenantId, tokenId));
  });
};

const metadataRoute = ({ publicUrl }: OAuthOptions): Route =>
  defineRoute({
    tag,
    method: 'GET',
    permission: 'public',
    rateClass: 'read',
    idempotency: 'none',
    path: '/.well-known/oauth-authorization-server',
    operationId: 'getAuthorizationServerMetadata',
    summary: 'Tell where the endpoints of OAuth are (RFC 8414)',
    request: {},
    responses: {
      200: {
        description: 'The metadata; addresses begin with PUBLIC_URL, or with the host that was asked.',
        schema: z
          .object({
            issuer: z.string(),
            token_endpoint: z.string(),
            revocation_endpoint: z.string(),
            introspection_endpoint: z.string(),
            grant_types_supported: z.array(z.string()),
            response_types_supported: z.array(z.string()),
            token_endpoint_auth_methods_supported: z.array(z.string()),
            revocation_endpoint_auth_methods_supported: z.array(z.string()),
            introspection_endpoint_auth_methods_supported: z.array(z.string()),
          })
          .meta({ id: 'AuthorizationServerMetadata' }),
      },
    },
    problems: [],
    handle: async ({ headers }) => {
      const [host = 'localhost'] = /^[A-Za-z0-9.:[\]-]{1,255}$/.exec(headers['host'] ?? '') ?? [];
      const issuer = publicUrl?.replace(/\/$/, '') ?? `http://${host}`;
      const methods = ['client_secret_basic', 'client_secret_post'];
      return {
        status: 200,
        body: {
          issuer,
          token_endpoint: `${issuer}/v1/oauth/token`,
          revocation_endpoint: `${issuer}/v1/oauth/revocation`,
          introspection_endpoint: `${issuer}/v1/oauth/introspection`,
          grant_types_supported: ['client_credentials'],
          response_types_supported: [],
          token_endpoint_auth_methods_supported: methods,
          revocation_endpoint_auth_methods_supported: methods,
          introspection_endpoint_auth_methods_supported: methods,
        },
      };
    },
  });
