import type { ApiAnswer, ApiRequest } from '../../http/route.ts';
import type { Authenticate, AuthenticationProblem } from '../authenticate.ts';
import type { Principal } from '../principal.ts';

/** A form, as OAuth endpoints take it: parameters nobody knows are passed over (RFC 6749 §3.2). */
export type Form = Readonly<Record<string, string>>;
/** A request to one of them. */
export type OAuthRequest = ApiRequest<unknown, unknown, Form>;

/** An error of RFC 6749 §5.2. */
export const oauthError = (
  error: 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type' | 'unauthorized_client',
  description: string,
  more: Pick<ApiAnswer, 'headers' | 'refused'> = {},
): ApiAnswer => ({
  status: error === 'invalid_client' ? 401 : 400,
  body: { error, error_description: description },
  ...more,
});

/** A client that has shown who it is, with the public part of the secret it did so by. */
export interface Client {
  readonly principal: Principal;
  readonly prefix: string;
}

/**
 * The client of a request: its id is the id of an API key and its secret that key's text, by HTTP Basic or in the body, never both (RFC 6749 §2.3). What is wrong is told in
 * one way, whatever it is.
 */
export const clientOf = async (
  authenticate: Authenticate,
  { headers, body, ip }: OAuthRequest,
): Promise<Client | ApiAnswer> => {
  const { authorization } = headers;
  const basic = authorization === undefined ? undefined : basicOf(authorization);
  if (basic !== undefined && body['client_secret'] !== undefined)
    return oauthError('invalid_request', 'The client must authenticate in one way only.');
  const { id, secret } = basic ?? { id: body['client_id'], secret: body['client_secret'] };
  const challenge = authorization === undefined ? {} : { headers: { 'www-authenticate': 'Basic realm="finaegis"' } };
  const wrong = (known?: AuthenticationProblem['known']): ApiAnswer =>
    oauthError('invalid_client', 'The client is unknown, or its secret is wrong or over.', {
      ...challenge,
      ...(known === undefined ? {} : { refused: { known, code: 'invalid_client' } }),
    });
  const [, prefix] = /^fin_[a-z]{1,16}_([0-9a-z]{12})_[0-9a-z]{52}$/.exec(secret ?? '') ?? [];
  if (id === undefined || prefix === undefined) return wrong();
  const found = await authenticate({ authorization: `Bearer ${secret}`, ip });
  if ('problem' in found) return wrong(found.known);
  return found.kind === 'key' && found.id === id ? { principal: found, prefix } : wrong(found);
};

const basicOf = (authorization: string): { readonly id?: string; readonly secret?: string } => {
  const [, encoded] = /^basic +([A-Za-z0-9+/=]{1,1000}) *$/i.exec(authorization) ?? [];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  // Anything else in the header is a client that failed to authenticate, not one that did not try.
  return id === undefined || secret === undefined ? {} : { id, secret };
};
