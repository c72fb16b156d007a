/** How one request differs from the others of its client. */
export interface RequestOptions {
  /** Ends the request, and the waiting between its attempts. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that one attempt may take. */
  readonly timeoutMs?: number | undefined;
  /** How often it is tried at most, the first time included. */
  readonly attemptsMax?: number | undefined;
  /** Answer only from what has seen this position, instead of the newest the client knows; `false` for none. */
  readonly position?: string | false | undefined;
}

/** How a command differs from the others of its client. */
export interface CommandOptions extends RequestOptions {
  /** Names the request: whoever asks again under it is answered as the first time, and nothing happens twice. Made by the client when absent. */
  readonly idempotencyKey?: string | undefined;
  /** Decide as in earnest and write nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What a client is made of. */
export interface ClientOptions {
  /** Address of the server, `https://bank.example`. */
  readonly url: string;
  /** An API key or the token of a session; a function is asked before every attempt. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** Milliseconds that one attempt may take; 30,000 unless told. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is tried at most, the first time included; 5 unless told. */
  readonly attemptsMax?: number | undefined;
  /** Whether reads wait until they see what this client has written before; true unless told. */
  readonly readsOwnWrites?: boolean | undefined;
  /** Sends requests instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}
