/** A saga by its tenant and id. */
export interface SagaAddress {
  readonly tenantId: string;
  readonly sagaId: string;
}

/** A saga in a worker's hands. */
export interface LeasedSaga extends SagaAddress {
  /** Another one each time the saga changes hands; whoever acts on an older one has been overtaken. */
  readonly lease: string;
}

/** The lease of whoever starts a saga and executes sagas too: known to both without asking. */
export const firstLease = (sagaId: string): string => sagaId;

/** Which sagas a worker asks for. */
export interface Claim {
  readonly workerId: string;
  /** Definitions the worker's release knows; others are left to those that do. */
  readonly known: readonly { readonly name: string; readonly version: number }[];
  /** The runtime's clock: sagas due at or before it. */
  readonly now: string;
  readonly limit: number;
  /** Sagas the worker has in hand already. */
  readonly inHand: readonly SagaAddress[];
}

/**
 * Which sagas have something to do and who does it. It holds no business data: what is due follows from the log, and a lost lease costs time only.
 * Leases go by the store's own clock, since the workers' may differ.
 */
export interface SagaQueue {
  /** Takes due sagas that nobody holds, and those this worker holds without having them in hand; the longest due first. */
  claim(claim: Claim): Promise<readonly LeasedSaga[]>;
  /** Keeps what the worker has in hand; gives back what it still holds. */
  renew(workerId: string, inHand: readonly SagaAddress[]): Promise<readonly LeasedSaga[]>;
  /**
   * Gives a saga back, and keeps everybody from it for `pauseMs`. When it is due is not touched: that is the events' to say, and one that came
   * meanwhile would be overwritten.
   */
  release(workerId: string, saga: SagaAddress, pauseMs: number): Promise<void>;
}

/** How long a worker that is not heard of keeps what it holds. */
export const leaseMs = 25_000;
