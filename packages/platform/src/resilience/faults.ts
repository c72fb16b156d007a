/** What happened to a call, in one stable code and a sentence without anything personal in it. */
interface FaultOptions extends ErrorOptions {
  readonly message?: string;
}

/** A call to a provider that brought no answer. Which subclass says what is known of the world, and so what may be done next. */
abstract class ProviderError extends Error {
  /** snake_case and stable; `connection_refused`, `timed_out`, `status_500`. */
  readonly code: string;

  constructor(code: string, { message = code, ...options }: FaultOptions = {}) {
    super(message, options);
    this.code = code;
  }
}

/** Too many calls are under way; nothing was sent. */
export class ProviderBusy extends ProviderError {
  override readonly name = 'ProviderBusy';
}

/** The breaker is open; nothing was sent. */
export class ProviderUnavailable extends ProviderError {
  override readonly name = 'ProviderUnavailable';
  /** UTC instant with milliseconds, before which asking again is for nothing. */
  readonly retryAt: string;

  constructor(retryAt: string, options?: FaultOptions) {
    super('provider_unavailable', options);
    this.retryAt = retryAt;
  }
}

/** How the provider failed. */
interface ProviderFaultOptions extends FaultOptions {
  /** Whether the same call may succeed a moment later; true unless told. A wrong key stays wrong. */
  readonly isRetryable?: boolean;
  /** What the provider asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** The call failed, and it is known that what was asked for did not happen: it may be asked again. */
export class ProviderFault extends ProviderError {
  override readonly name = 'ProviderFault';
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, { isRetryable = true, retryAfterMs, ...options }: ProviderFaultOptions = {}) {
    super(code, options);
    this.isRetryable = isRetryable;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The request may have arrived and the answer did not: what was asked for has happened or has not. With money this is asked about by reference,
 * never repeated blindly and never answered by a fallback.
 */
export class OutcomeUnknown extends ProviderError {
  override readonly name = 'OutcomeUnknown';
}

/**
 * A no in the provider's own words about this one call: the card was declined, the payee's account is closed, the request is wrong. It is returned, not
 * thrown, and to the breaker it is a success: a provider that declines is well.
 */
export interface BusinessDecline {
  readonly kind: 'declined';
  readonly code: string;
  readonly [detail: string]: unknown;
}

/** Whether a call brought a no instead of what was asked for. */
export const isDecline = (value: unknown): value is BusinessDecline =>
  typeof value === 'object' && value !== null && (value as { readonly kind?: unknown }).kind === 'declined';
