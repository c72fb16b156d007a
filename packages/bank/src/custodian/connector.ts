/** How money leaves a bank. */
export const bankRails = ['internal', 'sepa', 'sepa-instant', 'swift'] as const;
export type BankRailName = (typeof bankRails)[number];

/** What the bank at the other end of a connection can do. */
export interface Capabilities {
  readonly assets: readonly string[];
  readonly rails: readonly BankRailName[];
  /** Whether statements of a day can be fetched. */
  readonly hasStatements: boolean;
  /** Whether the name of a payee can be checked against its account. */
  readonly verifiesPayees: boolean;
  /** Whether it tells of changes by itself. */
  readonly hasWebhooks: boolean;
}

/** Someone on a side of a payment. */
export interface RailParty {
  readonly name?: string | undefined;
  readonly iban?: string | undefined;
}

/** A postal address in the parts of ISO 20022. */
export interface RailAddress {
  readonly street?: string | undefined;
  readonly building?: string | undefined;
  readonly postCode?: string | undefined;
  readonly town: string;
  readonly country: string;
}

/** A payment for a bank to make. */
export interface BankOrder {
  /** The same for every attempt: whoever submits it twice pays once. */
  readonly key: string;
  readonly rail: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly decimals: number;
  /** Ours, at most 35 capitals and digits. */
  readonly reference: string;
  readonly endToEndId: string;
  readonly debtor: RailParty;
  readonly creditor: {
    readonly name: string;
    readonly iban?: string | undefined;
    readonly account?: string | undefined;
    readonly bic?: string | undefined;
    /** Structured, since banks no longer take addresses as plain lines. */
    readonly address?: RailAddress | undefined;
  };
  readonly remittance?: string | undefined;
  readonly executionDate: string;
}

/** What has become of an order. `code` is the bank's own reason, an ISO 20022 one where it has them. */
export type BankOutcome =
  | { readonly kind: 'accepted' | 'pending' | 'settled'; readonly bankReference: string }
  | { readonly kind: 'declined'; readonly code: string }
  | {
      readonly kind: 'returned';
      readonly code: string;
      readonly bankReference: string;
      /** The entry by which it came back, where the bank says so of the payment. */
      readonly entryReference?: string;
    };

/** What a bank says it holds for us. */
export interface BankBalance {
  readonly asset: string;
  readonly iban: string;
  /** Below zero where we owe the bank. */
  readonly amountMinor: bigint;
  readonly asOf: string;
}

/** An entry of a bank's statement. */
export interface StatementEntry {
  /** The bank's own reference, unique on the account. */
  readonly entryId: string;
  /** As the bank sees it: a CRDT raises what it holds for us. */
  readonly side: 'CRDT' | 'DBIT';
  readonly amountMinor: bigint;
  readonly bookingDate: string;
  readonly valueDate?: string | undefined;
  readonly endToEndId?: string | undefined;
  /** Our own reference, where the bank repeats it. */
  readonly reference?: string | undefined;
  readonly isReturn: boolean;
  /** Why the rail sent it back: an ISO 20022 reason. */
  readonly returnCode?: string | undefined;
  /** Whoever stands on the other side. */
  readonly counterparty?: (RailParty & { readonly bic?: string | undefined }) | undefined;
  /** The number the money was sent to where it is another than the account's: a customer's, behind it. */
  readonly creditorIban?: string | undefined;
  readonly remittance?: string | undefined;
}

/** What a bank booked on one account on one day. */
export interface NostroStatement {
  readonly iban: string;
  readonly asset: string;
  readonly date: string;
  readonly statementId: string;
  readonly openingMinor?: bigint | undefined;
  readonly closingMinor?: bigint | undefined;
  readonly entries: readonly StatementEntry[];
}

export type PayeeMatch = 'match' | 'close_match' | 'no_match' | 'unavailable';

/** A message a bank has sent, with its bytes as they came. */
export interface BankMessage {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** When it came: milliseconds since 1970. */
  readonly receivedAtMs: number;
}

/** What a bank tells by itself: of an order of ours, of an entry on an account of ours, or of what nobody here asked for. */
export type BankNews =
  | {
      readonly kind: 'order';
      readonly key: string;
      readonly outcome: BankOutcome;
      readonly reference?: string | undefined;
      readonly endToEndId?: string | undefined;
    }
  | { readonly kind: 'entry'; readonly iban: string; readonly asset: string; readonly entry: StatementEntry }
  | { readonly kind: 'other' };

/** Whether a message is the bank's. `eventId` is the bank's own, the same however often it tells it. */
export type VerifiedWebhook =
  | { readonly isGenuine: true; readonly eventId: string; readonly type: string; readonly news: BankNews }
  | { readonly isGenuine: false; readonly reason: WebhookProblem };

export type WebhookProblem = 'signature_missing' | 'signature_wrong' | 'signature_stale' | 'body_malformed';

/**
 * A bank that holds money for us, whatever it speaks. Outside calls throw faults of platform/resilience; a bank's no is a value. Every connector and
 * its in-memory twin pass the same contract suite.
 */
export interface CustodianConnector {
  readonly capabilities: Capabilities;
  balances(abort: AbortSignal): Promise<readonly BankBalance[]>;
  /** Asks for a payment under its key. Asked again it is answered as it stands now. */
  submit(order: BankOrder, abort: AbortSignal): Promise<BankOutcome>;
  /** What became of an order, by its key. `absent` only when the bank surely has not heard of it. */
  find(key: string, abort: AbortSignal): Promise<BankOutcome | { readonly kind: 'absent' }>;
  /** What was booked on our accounts on a day; empty while the bank has no statement of it. */
  statements(date: string, abort: AbortSignal): Promise<readonly NostroStatement[]>;
  /**
   * What is booked on our accounts on a day as far as the bank has said so, before the day's statement and apart from it: camt.052, camt.054. It has no
   * balances, and says of an entry what the statement will say again. Empty where a bank says nothing before its statement.
   */
  notifications(date: string, abort: AbortSignal): Promise<readonly NostroStatement[]>;
  verifyPayee(payee: { readonly iban: string; readonly name: string }, abort: AbortSignal): Promise<PayeeMatch>;
  /** Checks signature and age before anything of the message is believed. */
  verifyWebhook(message: BankMessage): VerifiedWebhook;
  /** Reads a message that was verified when it came, and kept. */
  readWebhook(body: Uint8Array): BankNews;
}
