import type { Principal } from './principal.ts';

/** What a request shows of its sender: the Authorization header as received and the address it came from. */
export type Credentials = { readonly authorization: string | undefined; readonly ip: string };

/**
 * Why a request was not authenticated. The codes are those of common problems; `detail` is shown to the sender,
 * so it must not say which of key or secret was wrong.
 */
export type AuthenticationProblem = {
  readonly problem:
    | 'unauthenticated'
    | 'key_expired'
    | 'key_revoked'
    | 'session_ended'
    | 'token_over'
    | 'address_not_allowed';
  readonly detail?: string;
  /** Whose key or session it is, or would be with the right secret; never told to the sender. */
  readonly known?: Pick<Principal, 'tenantId' | 'id' | 'userId'>;
};

/** Port: finds the principal behind a request's credentials. Throws only when the world failed (no database). */
export type Authenticate = (credentials: Credentials) => Promise<Principal | AuthenticationProblem>;
