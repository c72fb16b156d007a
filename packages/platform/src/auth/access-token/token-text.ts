import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What an access token says: whose it is, what it may, and until when. */
export interface AccessToken {
  readonly tokenId: string;
  readonly tenantId: string;
  readonly keyId: string;
  /** Public part of the key's secret it was got with: another secret ends it with the grace of the one before. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** Writes and reads access tokens. Nothing is stored of one: it is signed under a key that all processes share. */
export interface AccessTokens {
  write(token: AccessToken): string;
  /** Undefined for anything that was not signed here; whether it is over is for whoever reads it. */
  read(text: string): AccessToken | undefined;
}

/** How long an access token lasts, in milliseconds. */
export const accessTokenLifeMs = 10 * 60 * 1_000;

/** Key of all processes of an installation, from the key they share. */
export const accessTokenKeyOf = (masterKey: Uint8Array): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', masterKey, '', 'finaegis access tokens', 32));

const pattern = /^fin_access_([A-Za-z0-9_-]{1,12000})\.([A-Za-z0-9_-]{43})$/;

/** @param key asked for late: processes that only declare have none */
export const createAccessTokens = (key: () => Uint8Array): AccessTokens => {
  const macOf = (payload: string): Buffer => createHmac('sha256', key()).update(payload).digest();
  return {
    write: ({ tokenId, tenantId, keyId, prefix, scopes, issuedAtMs, expiresAtMs }) => {
      const parts = [tokenId, tenantId, keyId, prefix, scopes.join(' '), issuedAtMs, expiresAtMs];
      const payload = Buffer.from(JSON.stringify(parts)).toString('base64url');
      return `fin_access_${payload}.${macOf(payload).toString('base64url')}`;
    },
    read: (text) => {
      const [, payload = '', mac = ''] = pattern.exec(text) ?? [];
      const given = Buffer.from(mac, 'base64url');
      if (given.length !== 32 || !timingSafeEqual(given, macOf(payload))) return undefined;
      // Signed here, so it has the form it was written in.
      const [tokenId, tenantId, keyId, prefix, scope, issuedAtMs, expiresAtMs] = JSON.parse(
        Buffer.from(payload, 'base64url').toString('utf8'),
      ) as [string, string, string, string, string, number, number];
      return { tokenId, tenantId, keyId, prefix, scopes: scope.split(' '), issuedAtMs, expiresAtMs };
    },
  };
};

/** The text of an access token in an `Authorization` header; undefined for anything else. */
export const accessTokenFromHeader = (authorization: string | undefined): string | undefined =>
  authorization === undefined || authorization.length > 12_288
    ? undefined
    : /^bearer +(fin_access_[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+) *$/i.exec(authorization)?.[1];
