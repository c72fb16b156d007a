import type { Access } from '@finaegis/platform/auth/access';
import type { LockedTable } from '@finaegis/platform/command/locked-table';
import type { ProblemTable } from '@finaegis/platform/http/problem';
import type { AccountNumbers, AccountTerms } from '../account/contract.ts';
import type { AssetDirectory } from '../asset/contract.ts';
import type { Balance, LedgerDirectory, LedgerReads } from '../ledger/contract.ts';
import type { Parties } from '../party/contract.ts';

/** An instruction to a partner bank. `key` is the same for every attempt, and what the bank is asked by when an outcome is unknown. */
export interface RailOrder {
  readonly tenantId: string;
  readonly key: string;
  readonly bank: string;
  readonly rail: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly decimals: number;
  /** Ours, at most 35 of [A-Z0-9]. */
  readonly reference: string;
  readonly endToEndId: string;
  readonly debtor: { readonly name?: string; readonly iban?: string };
  readonly creditor: {
    readonly name: string;
    readonly iban?: string;
    readonly account?: string;
    readonly bic?: string;
    /** Structured, since unstructured addresses end in November 2026. */
    readonly address?: PostalAddress;
  };
  readonly remittance?: string;
  readonly executionDate: string;
}

/** A postal address in the parts of ISO 20022. */
export interface PostalAddress {
  readonly street?: string | undefined;
  readonly building?: string | undefined;
  readonly postCode?: string | undefined;
  readonly town: string;
  /** ISO 3166 alpha-2. */
  readonly country: string;
}

/** What a bank says of an instruction. A decline and a return are its business answers, by ISO 20022 reason code. */
export type RailOutcome =
  | { readonly kind: 'accepted' | 'pending' | 'settled'; readonly bankReference: string }
  | { readonly kind: 'declined'; readonly code: string }
  | {
      readonly kind: 'returned';
      readonly code: string;
      readonly bankReference: string;
      /** The entry that brought it back, where the bank says so of the payment. */
      readonly entryReference?: string;
    };

/**
 * The way out of the bank. An error it throws that `isOutcomeUnknown` (of sagas) recognises means that the order may have arrived: it is asked about
 * with `find` and not sent again before the bank says `absent`.
 */
export interface BankRail {
  submit(order: RailOrder, abort: AbortSignal): Promise<RailOutcome>;
  find(lookup: {
    readonly tenantId: string;
    readonly bank: string;
    readonly key: string;
  }): Promise<RailOutcome | { readonly kind: 'absent' }>;
  /** By which bank and rail a payment would go; undefined where there is no way. */
  route(wish: {
    readonly tenantId: string;
    readonly asset: string;
    readonly amountMinor: bigint;
    readonly creditorIban?: string;
  }): Promise<{ readonly bank: string; readonly rail: string } | undefined>;
  verifyPayee(payee: {
    readonly tenantId: string;
    readonly bank: string;
    readonly iban: string;
    readonly name: string;
  }): Promise<PayeeMatch>;
  /** The day a bank executes what it is given at an instant. */
  cutOff(wish: { readonly bank: string; readonly rail: string; readonly asset: string; readonly at: string }): {
    readonly executionDate: string;
  };
}

/** Whether the payee's bank knows the name given for an account. */
export const payeeMatches = ['match', 'close_match', 'no_match', 'unavailable'] as const;
export type PayeeMatch = (typeof payeeMatches)[number];

/** A payment about to be booked, as a compliance rule sees it. It holds no personal text, only where to find it. */
export interface PaymentToCheck {
  readonly tenantId: string;
  readonly direction: 'outgoing' | 'incoming';
  readonly paymentId: string;
  /** The customer's account; undefined where incoming money names none of ours. */
  readonly accountId: string | undefined;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly counterpartyIban: string | undefined;
}

/** What a check says. `reason` is a code. */
export type PaymentVerdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'review'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reason: string };

/** Asked before a payment is booked, both ways. It fails closed: an error books nothing. */
export interface PaymentChecks {
  check(payment: PaymentToCheck): Promise<PaymentVerdict>;
}

/** The twin that lets everything pass, until a compliance context stands behind the port. */
export const allowAllPayments: PaymentChecks = { check: async () => ({ kind: 'allow' }) };

/** What the bank charges for a payment, in minor units of its asset; bound when the payment is accepted. */
export interface PaymentFees {
  feeOf(payment: {
    readonly tenantId: string;
    readonly rail: string;
    readonly asset: string;
    readonly amountMinor: bigint;
  }): Promise<bigint>;
}

/** Payments cost the customer nothing until a tariff says otherwise. */
export const noFees: PaymentFees = { feeOf: async () => 0n };

/** A provider's message as it arrived. */
export interface IncomingWebhook {
  readonly tenantId: string;
  readonly provider: string;
  /** Lower case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Uint8Array;
  /** The instant it arrived, against which a signature's age is measured. */
  readonly now: string;
}

/** Whether a message is the provider's own. `messageId` is the provider's, unique for ever. */
export type WebhookVerdict =
  | { readonly ok: true; readonly messageId: string; readonly type: string }
  | { readonly ok: false; readonly reason: 'signature_missing' | 'signature_wrong' | 'signature_stale' | 'malformed' };

/** Verifies the messages of one provider over the raw bytes, with the secrets of the tenant. */
export interface WebhookVerifier {
  readonly provider: string;
  verify(webhook: IncomingWebhook): Promise<WebhookVerdict>;
}

/** A message that was stored and is now worked on. */
export interface WebhookMessage {
  readonly tenantId: string;
  readonly key: string;
  readonly provider: string;
  readonly messageId: string;
  readonly type: string;
  readonly body: string;
}

/**
 * What becomes of the messages of one provider, by their type. A handler may be called more than once for a message, and messages come in any
 * order; what it commands has natural ids, so that it happens once.
 */
export interface WebhookHandlers {
  readonly provider: string;
  readonly byType: Readonly<Record<string, (message: WebhookMessage) => Promise<void>>>;
}

/** An entry of a bank on an account of ours, as its message or its statement says it. */
export interface BankEntry {
  readonly bank: string;
  /** Whose account it is. */
  readonly entity: string;
  /** The bank's own reference, by which one entry is one booking whoever tells of it. */
  readonly entryReference: string;
  readonly asset: string;
  /** As the bank sees it: a CRDT raises what it holds for us. */
  readonly side: 'CRDT' | 'DBIT';
  readonly amountMinor: bigint;
  readonly bookingDate: string;
  readonly valueDate?: string | undefined;
  readonly endToEndId?: string | undefined;
  /** Our own reference, where the bank repeats it. */
  readonly reference?: string | undefined;
  readonly isReturn: boolean;
  readonly returnCode?: string | undefined;
  readonly debtor?:
    | { readonly name?: string | undefined; readonly iban?: string | undefined; readonly bic?: string | undefined }
    | undefined;
  /** The customer's number, where the bank knows of numbers behind our account. */
  readonly creditorIban?: string | undefined;
  readonly remittance?: string | undefined;
  /** Booked by others: money of ours that goes from bank to bank, or what our books had before the bank did. */
  readonly isBookedElsewhere: boolean;
}

/** What a bank tells by itself. Of an order it is only taken what to ask about, so that the order of messages means nothing. */
export type RailNews =
  | {
      readonly kind: 'order';
      readonly key: string;
      readonly reference?: string | undefined;
      readonly endToEndId?: string | undefined;
    }
  | { readonly kind: 'entry'; readonly entry: BankEntry }
  | { readonly kind: 'other' };

/** The tenant's partner banks, as far as they tell of anything. */
export interface PartnerBanks {
  /** Verifies the messages of one; undefined where there is no such bank, or it sends none. */
  findSender(tenantId: string, bank: string): Promise<WebhookVerifier | undefined>;
  /** What a message says that was verified when it came; undefined where there is no such bank. */
  readNews(tenantId: string, bank: string, body: Uint8Array): Promise<RailNews | undefined>;
  /** The key a bank was given for an order of a tenant. */
  keyAtBank(tenantId: string, key: string): string;
}

/** Banks that tell nothing by themselves. */
export const silentBanks: PartnerBanks = {
  findSender: async () => undefined,
  readNews: async () => undefined,
  keyAtBank: (_, key) => key,
};

/** What the context asks of the outside world and of its neighbours; the server puts them in. */
export interface PaymentPorts {
  readonly access: Access;
  readonly assets: AssetDirectory;
  readonly accounts: {
    readonly directory: { find(tenantId: string, accountId: string): Promise<AccountTerms | undefined> };
    readonly numbers: AccountNumbers;
    readonly problems: ProblemTable;
  };
  readonly ledger: {
    readonly directory: LedgerDirectory;
    readonly balances: LockedTable<Balance>;
    readonly reads: Pick<
      LedgerReads,
      'entities' | 'bookingDay' | 'journal' | 'postingsWithin' | 'postedOn' | 'isHistoryComplete'
    >;
    readonly problems: ProblemTable;
  };
  readonly parties: Parties;
  readonly rail: BankRail;
  /** Whoever stands behind the rail and tells what happens there; nobody unless given. */
  readonly banks?: PartnerBanks;
  readonly checks?: PaymentChecks;
  readonly fees?: PaymentFees;
  readonly webhooks?: {
    readonly verifiers: readonly WebhookVerifier[];
    readonly handlers: readonly WebhookHandlers[];
  };
  /** How long a payment waits in review, and how often a bank is asked about one under way. */
  readonly times?: Partial<PaymentTimes>;
  /** The saga of another context that waits for a payment with an end-to-end id; nobody unless told. */
  readonly waitingSagaOf?: ((endToEndId: string) => string | undefined) | undefined;
}

/** Times in milliseconds. */
export interface PaymentTimes {
  readonly reviewMaxMs: number;
  /** How soon a bank is first asked what became of an order, and a webhook's work that failed is first tried again. */
  readonly askFirstMs: number;
  readonly pollFirstMs: number;
  readonly pollMaxMs: number;
  /** How long before the deadline of a dispute's evidence somebody is told, the first time and the last. */
  readonly disputeRemindersMs: readonly [firstMs: number, lastMs: number];
}

export const paymentTimes: PaymentTimes = {
  reviewMaxMs: 5 * 24 * 3_600_000,
  askFirstMs: 1_000,
  pollFirstMs: 15_000,
  pollMaxMs: 30 * 60_000,
  disputeRemindersMs: [7 * 24 * 3_600_000, 2 * 24 * 3_600_000],
};
