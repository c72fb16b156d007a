// Written by `npm run generate` from docs/reference/openapi.json; what is changed here is lost.

export interface AccessToken {
  readonly access_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly token_type: 'Bearer';
}

/** A customer's account: holds balances in many assets. */
export interface Account {
  readonly accountId: string;
  readonly asset: AssetCode;
  readonly closedAt?: string | undefined;
  readonly entity: string;
  readonly externalReference?: string | undefined;
  readonly holders: readonly {
    readonly kind: 'owner' | 'joint';
    readonly mandateId: string;
    readonly partyId: string;
  }[];
  /** Numbers it is known by; none is ever given twice. */
  readonly identifiers: readonly {
    readonly scheme: 'local' | 'iban' | 'external';
    readonly value: string;
  }[];
  readonly name?: string | undefined;
  readonly openedAt: string;
  readonly product: string;
  readonly productVersion: number;
  readonly statementCycle: 'monthly' | 'weekly' | 'transaction';
  readonly status: 'open' | 'closed';
}

/** A rule that stops debits, credits or an amount; several may stand at once. Of a lifted one only the id is kept. */
export interface AccountBlock {
  readonly amount?: Amount | undefined;
  readonly blockId: string;
  readonly kind?: 'debit' | 'credit' | 'amount' | undefined;
  readonly reason?: 'court_order' | 'fraud_suspicion' | 'sanctions' | 'deceased' | 'lost_credentials' | 'customer_request' | 'compliance_review' | 'other' | undefined;
  readonly status: 'standing' | 'lifted';
}

export interface AccountBlockRequest {
  /** Of blocks of an amount, and only of them. */
  readonly amount?: Amount | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  readonly kind: 'debit' | 'credit' | 'amount';
  readonly reason: 'court_order' | 'fraud_suspicion' | 'sanctions' | 'deceased' | 'lost_credentials' | 'customer_request' | 'compliance_review' | 'other';
}

export interface AccountOpening {
  /** Your own id, unique for ever; one is made when absent. */
  readonly accountId?: string | undefined;
  /** The asset the account is kept in first of all. */
  readonly asset: AssetCode;
  readonly entity?: string | undefined;
  /** Its number in the system it comes from; unique for ever. */
  readonly externalReference?: string | undefined;
  /** Each is granted a mandate on the account in the same commit. */
  readonly holders: readonly {
    readonly kind?: 'owner' | 'joint' | undefined;
    readonly partyId: string;
  }[];
  /** What the holder calls it; personal data. */
  readonly name?: string | undefined;
  readonly product?: string | undefined;
  /** The newest when absent. */
  readonly productVersion?: number | undefined;
  /** The product's when absent. */
  readonly statementCycle?: 'monthly' | 'weekly' | 'transaction' | undefined;
}

/** A numbered statement of an account in one asset; never changes once issued. */
export interface AccountStatement {
  readonly account: {
    readonly currency: string;
    readonly decimals: number;
    readonly iban?: string | undefined;
    readonly id: string;
    readonly localNumber: string;
    readonly name?: string | undefined;
    readonly owner: {
      readonly address?: {
        readonly buildingName?: string | undefined;
        readonly buildingNumber?: string | undefined;
        readonly country?: string | undefined;
        readonly countrySubDivision?: string | undefined;
        readonly department?: string | undefined;
        readonly districtName?: string | undefined;
        readonly floor?: string | undefined;
        readonly postBox?: string | undefined;
        readonly postCode?: string | undefined;
        readonly room?: string | undefined;
        readonly streetName?: string | undefined;
        readonly subDepartment?: string | undefined;
        readonly townLocationName?: string | undefined;
        readonly townName?: string | undefined;
      } | undefined;
      readonly name: string;
    };
  };
  readonly closingBalance: {
    readonly balance: SignedAmount;
    readonly date: string;
  };
  readonly createdAt: string;
  readonly entries: readonly {
    readonly amount: Amount;
    readonly bankTransactionCode: {
      readonly domain: string;
      readonly family: string;
      readonly subFamily: string;
    };
    readonly bookingDate: string;
    readonly counterparty?: {
      readonly accountId?: string | undefined;
      readonly iban?: string | undefined;
      readonly name?: string | undefined;
    } | undefined;
    readonly creditDebit: 'credit' | 'debit';
    readonly endToEndId?: string | undefined;
    readonly isReversal: boolean;
    readonly journalId: string;
    readonly reference: string;
    readonly remittance?: string | undefined;
    readonly valueDate: string;
  }[];
  readonly number: number;
  readonly openingBalance: {
    readonly balance: SignedAmount;
    readonly date: string;
  };
  readonly period: {
    readonly from: string;
    readonly to: string;
  };
  readonly servicer: {
    readonly bic?: string | undefined;
    readonly name: string;
  };
}

export interface AgreementSignature {
  /** As the agreement itself and the investment say it. */
  readonly agreementHash: string;
}

/** An amount of an asset. */
export interface Amount {
  readonly amount: DecimalAmount;
  readonly asset: AssetCode;
}

export interface Approval {
  readonly approvalId: string;
  /** The command that waits, as policies name it. */
  readonly command: string;
  /** UTC instant with milliseconds. */
  readonly decidedAt?: string | undefined;
  readonly decidedBy?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly expiresAt: string;
  /** The principal who asked. */
  readonly maker: string;
  /** The user behind it. */
  readonly makerUserId?: string | undefined;
  /** The operation of this API it was asked by. */
  readonly operationId: string;
  /** What whoever decides must be allowed besides. */
  readonly permission: string;
  /** The code of the refusal, or why it was rejected. */
  readonly reason?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly requestedAt: string;
  /** `failed`: it was agreed to, and refused when it was carried out. */
  readonly status: 'pending' | 'expired' | 'executed' | 'failed' | 'rejected';
}

export interface ApprovalWithRequest {
  readonly approvalId: string;
  /** The command that waits, as policies name it. */
  readonly command: string;
  /** UTC instant with milliseconds. */
  readonly decidedAt?: string | undefined;
  readonly decidedBy?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly expiresAt: string;
  /** The principal who asked. */
  readonly maker: string;
  /** The user behind it. */
  readonly makerUserId?: string | undefined;
  /** The operation of this API it was asked by. */
  readonly operationId: string;
  /** What whoever decides must be allowed besides. */
  readonly permission: string;
  readonly preview?: {
    readonly body: unknown;
    readonly status: number;
  } | undefined;
  /** The code of the refusal, or why it was rejected. */
  readonly reason?: string | undefined;
  /** As it was sent; absent for whoever is not shown personal values. */
  readonly request?: {
    readonly body?: unknown;
    readonly params: unknown;
    readonly query: unknown;
  } | undefined;
  /** UTC instant with milliseconds. */
  readonly requestedAt: string;
  /** `failed`: it was agreed to, and refused when it was carried out. */
  readonly status: 'pending' | 'expired' | 'executed' | 'failed' | 'rejected';
}

export interface ApprovedAnswer {
  /** Absent where it was refused by now. */
  readonly answer?: {
    readonly body: unknown;
    readonly status: number;
  } | undefined;
  readonly approval: Approval;
}

/** What is counted: a currency, a coin, a metal, anything with fixed decimals. */
export interface Asset {
  /** The first day on which it may be booked; always when absent. */
  readonly activeFrom?: string | undefined;
  /** The first day on which it may no longer be booked; never ends when absent. */
  readonly activeTo?: string | undefined;
  readonly code: AssetCode;
  /** Fraction digits of one unit; never changes. */
  readonly decimals: number;
  /** Whether it may be booked today. */
  readonly isActive: boolean;
  readonly kind: 'fiat' | 'crypto' | 'commodity' | 'custom';
  readonly name: string;
  /** Whether every tenant knows it, or only yours. */
  readonly registry: 'platform' | 'tenant';
}

/** Code of an asset in the registry. */
export type AssetCode = string;

export interface AuthorizationServerMetadata {
  readonly grant_types_supported: readonly string[];
  readonly introspection_endpoint: string;
  readonly introspection_endpoint_auth_methods_supported: readonly string[];
  readonly issuer: string;
  readonly response_types_supported: readonly string[];
  readonly revocation_endpoint: string;
  readonly revocation_endpoint_auth_methods_supported: readonly string[];
  readonly token_endpoint: string;
  readonly token_endpoint_auth_methods_supported: readonly string[];
}

export interface Balance {
  readonly asset: string;
  /** Posted, less what is held and blocked. */
  readonly available?: SignedAmount | undefined;
  readonly blocked?: Amount | undefined;
  /** Announced and not yet here: part of nothing else. */
  readonly heldIn?: Amount | undefined;
  readonly heldOut?: Amount | undefined;
  readonly overdraftLimit?: Amount | undefined;
  /** In the normal side of the account; below zero it owes. */
  readonly posted: SignedAmount;
  /** Available, and the overdraft limit. */
  readonly spendable?: SignedAmount | undefined;
}

export interface Balances {
  readonly account: string;
  readonly at?: string | undefined;
  /** By asset; holds and limits are known only of now. */
  readonly balances: readonly Balance[];
  readonly bookingDate?: string | undefined;
  readonly valueDate?: string | undefined;
}

/** How a customer’s money is spread over partner banks. */
export interface BankAllocation {
  /** What keeps it from being diversified. */
  readonly concentrations: readonly {
    readonly bank?: string | undefined;
    readonly banks?: number | undefined;
    readonly banksMin?: number | undefined;
    readonly kind: 'too_few_banks' | 'share_too_large';
    readonly percent?: string | undefined;
    readonly percentMax?: string | undefined;
  }[];
  readonly isDiversified: boolean;
  readonly partyId: string;
  readonly primary: string;
  readonly shares: readonly {
    readonly bank: string;
    readonly percent: string;
  }[];
}

export interface BankAllocationPreview {
  readonly amount: Amount;
  /** Insured of it, if this is all the customer has at these banks. */
  readonly covered: Amount;
  readonly parts: readonly {
    readonly amount: Amount;
    readonly bank: string;
    readonly covered: Amount;
  }[];
}

/** What bank an entity is to the outside. */
export interface BankDetails {
  readonly bankCode: string;
  readonly bic?: string | undefined;
  readonly country: string;
  readonly entity: string;
  readonly name: string;
}

/** A difference between a bank’s statement and our books, with its life. */
export interface Break {
  readonly account: string;
  readonly bank: string;
  readonly breakId: string;
  readonly correctionJournalId?: string | undefined;
  readonly date: string;
  /** What the bank says minus what we say. */
  readonly difference: SignedAmount;
  readonly endToEndId?: string | undefined;
  readonly entryId?: string | undefined;
  readonly foundAt: string;
  readonly journalId?: string | undefined;
  readonly kind: 'missing_here' | 'missing_there' | 'amount_differs';
  readonly matchedOn?: string | undefined;
  /** The breaks that make no difference together with it. */
  readonly offsetBy?: readonly string[] | undefined;
  readonly proposal?: {
    readonly against: string;
    readonly by: string;
    readonly outcome: 'corrected' | 'written_off';
    readonly reason: string;
  } | undefined;
  readonly reason?: string | undefined;
  readonly status: 'open' | 'matched' | 'explained' | 'corrected' | 'written_off';
}

export interface BulkLineReturn {
  readonly entryReference: string;
  /** ISO 20022 reason such as AC04. */
  readonly reason: string;
  readonly valueDate?: string | undefined;
}

export interface BulkLineReview {
  readonly decision: 'approved' | 'rejected';
  /** Why it is not paid. */
  readonly reason?: string | undefined;
}

/** A file of payments on its way. */
export interface BulkPayment {
  readonly bulkId: string;
  readonly changedAt: string;
  readonly executionDate: string;
  readonly lineCount: number;
  readonly messageId: string;
  readonly mode: 'best_effort' | 'all_or_none';
  /** How many lines stand where. */
  readonly progress?: {
    readonly approved?: number | undefined;
    readonly checked?: number | undefined;
    readonly funded?: number | undefined;
    readonly in_review?: number | undefined;
    readonly received?: number | undefined;
    readonly rejected?: number | undefined;
    readonly returned?: number | undefined;
    readonly settled?: number | undefined;
    readonly submitted?: number | undefined;
  } | undefined;
  readonly reason?: string | undefined;
  readonly source: string;
  readonly status: 'taken' | 'funded' | 'rejected' | 'ended';
  readonly takenAt: string;
  readonly totals: readonly {
    readonly amount: Amount;
    readonly count: number;
    readonly debtorAccountId?: string | undefined;
  }[];
}

export interface BulkPaymentLine {
  /** Absent where the file had none that could be read. */
  readonly amount?: Amount | undefined;
  /** Line of the text. */
  readonly at: number;
  readonly endToEndId: string;
  readonly iban?: string | undefined;
  /** Payments of the file, from 1. */
  readonly line: number;
  readonly reason?: string | undefined;
  readonly status: 'received' | 'in_review' | 'approved' | 'checked' | 'funded' | 'submitted' | 'settled' | 'returned' | 'rejected';
}

export interface BusinessDayRequest {
  readonly businessDate: string;
}

export interface CaptureRequest {
  /** All that remains when absent. */
  readonly amount?: Amount | undefined;
  /** Free text; erased with the personal data of the account that pays. */
  readonly description?: string | undefined;
  /** Kept from payer to payee. */
  readonly endToEndId?: string | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  /** Whether the rest of the hold is released. */
  readonly isFinal?: boolean | undefined;
  readonly metadata?: Metadata | undefined;
  readonly to: LedgerAccountId;
  /** Counts for interest; the booking date when absent. Only staff may say another. */
  readonly valueDate?: string | undefined;
}

/** Money put on an account by card. */
export interface CardDeposit {
  readonly accountId: string;
  readonly amount: Amount;
  readonly changedAt: string;
  readonly createdAt: string;
  readonly depositId: string;
  readonly expiresAt: string;
  /** What the provider took for it; shown to staff. */
  readonly fee?: Amount | undefined;
  /** What the payer has to do; only while it is `requires_action`. */
  readonly nextAction?: {
    readonly kind: 'redirect';
    readonly url: string;
  } | {
    readonly clientSecret: string;
    readonly kind: 'provider_script';
  } | undefined;
  readonly reason?: string | undefined;
  /** What the payer’s bank paid. */
  readonly received?: Amount | undefined;
  /** What may still go back: received less refunds and disputes. */
  readonly refundable?: Amount | undefined;
  readonly status: 'announced' | 'requires_action' | 'credited' | 'suspended' | 'failed' | 'expired';
  /** Shown to staff. */
  readonly workItemId?: string | undefined;
}

export interface CardDepositRequest {
  readonly accountId: string;
  readonly amount: Amount;
  /** Yours; asked again with the same content it is the same deposit. */
  readonly depositId?: string | undefined;
  /** The card provider’s token of a card; without it the payer chooses on the provider’s own form. */
  readonly paymentMethod?: string | undefined;
  /** Keep the card for later deposits to this account. */
  readonly saveMethod?: boolean | undefined;
}

/** What a card provider paid out, explained to the cent. */
export interface CardPayout {
  readonly amount: Amount;
  readonly bank: string;
  readonly bookedAt: string;
  /** What it is made of, each held against what we booked for it; where it is read alone. */
  readonly movements?: readonly {
    readonly fee: SignedAmount;
    readonly gross: SignedAmount;
    readonly isExplained: boolean;
    readonly kind: 'charge' | 'refund' | 'refund_failure' | 'dispute' | 'dispute_reversal' | 'payout' | 'payout_failure' | 'fee' | 'other';
    readonly movementId: string;
    readonly net: SignedAmount;
    readonly subject?: string | undefined;
  }[] | undefined;
  readonly payoutId: string;
  readonly payoutReference: string;
  readonly status: 'booked' | 'returned';
  /** Sum of the movements that our own books do not know. */
  readonly unexplained: SignedAmount;
}

/** Nothing personal: whose it is stands on the certificate itself. */
export interface CertificateVerification {
  /** SHA3-256 over the canonical JSON of what the certificate says; printed on it. */
  readonly hash: string;
  /** Whether the hash is that of what is on record. */
  readonly isHashTrue: boolean;
  readonly issuedAt: string;
  readonly number: string;
  readonly round: number;
  readonly shares: FourDecimals;
  readonly status: 'valid' | 'void';
  readonly tier: string;
  readonly voidedAt?: string | undefined;
}

/** A place in the chart of accounts; `customers` gathers all customers’ accounts. */
export interface ChartPlace {
  /** Absent for a place that only gathers others. */
  readonly account?: {
    readonly accountId: string;
    readonly class: 'asset' | 'liability' | 'equity' | 'income' | 'expense' | 'position';
    readonly hasFloor: boolean;
    readonly status: 'open' | 'closed';
  } | undefined;
  readonly children: readonly ChartPlace[];
  readonly code: string;
  readonly totals: readonly {
    readonly asset: AssetCode;
    readonly credits: Amount;
    readonly debits: Amount;
    /** Credits − debits of all below. */
    readonly net: SignedAmount;
  }[];
}

export interface ConfirmedSecondFactor {
  /** The party whose mandates bound the user; absent for staff. */
  readonly actingFor?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly changedAt: string;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  readonly email: string;
  readonly hasSecondFactor: boolean;
  /** Until when an invitation that is open can be used. */
  readonly invitedUntil?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly lastLoginAt?: string | undefined;
  /** Ten codes, each good for one login without the authenticator; shown this once. */
  readonly recoveryCodes?: readonly string[] | undefined;
  readonly roles: readonly string[];
  readonly status: 'invited' | 'active' | 'suspended' | 'erased';
  readonly userId: string;
}

export type Contact = {
  readonly kind: 'email';
  readonly value: string;
} | {
  readonly kind: 'phone';
  readonly value: string;
};

export interface ConversionRequest {
  readonly account: LedgerAccountId;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  readonly quoteId: string;
  /** The account that is paid; the same when absent. */
  readonly toAccount?: LedgerAccountId | undefined;
}

/** Money put on an account by crypto. */
export interface CryptoDeposit {
  readonly accountId: string;
  readonly amount: Amount;
  readonly changedAt: string;
  /** The page on which the payer pays; only while it is `open`. */
  readonly checkoutUrl?: string | undefined;
  readonly createdAt: string;
  readonly depositId: string;
  readonly expiresAt: string;
  /** What the provider took of it; shown to staff. */
  readonly fee?: Amount | undefined;
  /** It was paid after the payer’s time was over. */
  readonly isLate?: boolean | undefined;
  /** Shown to staff. */
  readonly provider?: string | undefined;
  readonly reason?: string | undefined;
  /** What arrived, in the asset it arrived in. */
  readonly received?: Amount | undefined;
  /** What may still go back: received less refunds. */
  readonly refundable?: Amount | undefined;
  readonly status: 'announced' | 'open' | 'pending' | 'credited' | 'suspended' | 'failed' | 'expired';
  /** Shown to staff. */
  readonly workItemId?: string | undefined;
}

export interface CryptoDepositRequest {
  readonly accountId: string;
  readonly amount: Amount;
  /** Yours; asked again with the same content it is the same deposit. */
  readonly depositId?: string | undefined;
}

/** Obligations between banks, set off pair by pair. */
export interface CustodianSettlement {
  readonly items: readonly {
    readonly count: number;
    readonly from: string;
    readonly gross: Amount;
    readonly net: Amount;
    readonly refusal?: string | undefined;
    readonly status: 'requested' | 'settled' | 'below_minimum' | 'refused';
    readonly to: string;
    readonly transferId?: string | undefined;
  }[];
  readonly settlementId: string;
}

/** Money of ours on its way between two partner banks. */
export interface CustodianTransfer {
  readonly amount: Amount;
  readonly from: string;
  readonly legs: readonly {
    readonly fee: Amount;
    readonly from: string;
    readonly rail: string;
    readonly to: string;
  }[];
  /** Why it failed. */
  readonly reason?: string | undefined;
  readonly route: 'internal' | 'direct' | 'bridge';
  /** The saga that pays: `/v1/sagas/{sagaId}` shows its steps. */
  readonly sagaId: string;
  readonly status: 'requested' | 'completed' | 'failed';
  readonly to: string;
  readonly transferId: string;
}

/** A rule that stops debits, credits or an amount. Of a lifted one only the id is kept. */
export interface CustomerAccountBlock {
  readonly amount?: Amount | undefined;
  readonly blockId: string;
  readonly kind?: 'debit' | 'credit' | 'amount' | undefined;
  readonly reason?: 'court_order' | 'fraud_suspicion' | 'sanctions' | 'deceased' | 'lost_credentials' | 'customer_request' | 'compliance_review' | 'other' | undefined;
  readonly status: 'standing' | 'lifted';
}

export interface CustomerAccountBlockRequest {
  /** Of blocks of an amount, and only of them. */
  readonly amount?: Amount | undefined;
  /** Your own id, unique on the account; one is made when absent. */
  readonly blockId?: string | undefined;
  readonly kind: 'debit' | 'credit' | 'amount';
  readonly reason: 'court_order' | 'fraud_suspicion' | 'sanctions' | 'deceased' | 'lost_credentials' | 'customer_request' | 'compliance_review' | 'other';
}

/** Decimal string, not finer than the decimals of its asset, at most 36 digits. */
export type DecimalAmount = string;

/** Money that has arrived; booked always, in suspense where the account cannot take it. */
export interface Deposit {
  /** For whom it came, whether or not there is such an account. */
  readonly accountId: string;
  readonly amount: Amount;
  readonly bookedAt: string;
  readonly bookingDate: string;
  readonly creditedTo: string;
  /** Also the id of its journal. */
  readonly depositId: string;
  readonly endToEndId?: string | undefined;
  readonly from: string;
  /** Why it is in suspense. */
  readonly reason?: 'account_unknown' | 'account_closed' | 'account_credits_blocked' | 'asset_not_of_product' | undefined;
  readonly reference: string;
  readonly status: 'credited' | 'suspended';
  readonly valueDate: string;
}

export interface DepositRequest {
  readonly accountId: string;
  readonly amount: Amount;
  /** Your own id, unique for ever; one is made when absent. */
  readonly depositId?: string | undefined;
  /** Free text; erased with the personal data of the account. */
  readonly description?: string | undefined;
  /** Kept from payer to payee. */
  readonly endToEndId?: string | undefined;
  /** Whose cash and suspense are meant where nothing else says it; `main` when absent. */
  readonly entity?: string | undefined;
  /** A house account such as `main:nostro/ing`; the cash of the entity when absent. */
  readonly from?: string | undefined;
  /** Counts for interest; the booking date when absent. Only staff may say another. */
  readonly valueDate?: string | undefined;
}

/** A payer’s bank took a payment back; the case. */
export interface Dispute {
  readonly accountId: string;
  readonly amount: Amount;
  /** What the provider is being told. */
  readonly answer?: 'evidence' | 'accept' | undefined;
  readonly answerFailure?: string | undefined;
  /** The provider’s own name of it. */
  readonly caseId: string;
  readonly changedAt: string;
  readonly disputeId: string;
  /** Until when evidence is taken. */
  readonly dueAt?: string | undefined;
  readonly fee: Amount;
  readonly hasEvidence: boolean;
  /** What is held on the account. */
  readonly held: Amount;
  readonly openedAt: string;
  /** The card deposit it is about. */
  readonly paymentId: string;
  readonly proposedWriteOff?: {
    readonly amount: Amount;
    readonly proposedBy: string;
  } | undefined;
  readonly reason: string;
  /** How often somebody was told that the deadline comes near. */
  readonly reminders: number;
  readonly status: 'opened' | 'evidence_due' | 'submitted' | 'won' | 'lost' | 'accepted';
  /** What the provider took from us for it. */
  readonly withdrawn: Amount;
  readonly workItemId: string;
  readonly writtenOff?: Amount | undefined;
}

export interface DisputeEvidence {
  /** By the provider’s names of its parts: `product_description`, `receipt` (a file it has) … */
  readonly evidence: { readonly [name: string]: string };
}

export interface DueDiligenceRequirement {
  /** What the investor has shown and is in force. */
  readonly heldLevel: 'none' | 'basic' | 'enhanced' | 'full';
  /** Everything invested or asked for in the asset, which counts towards the sum. */
  readonly investedSoFar: Amount;
  readonly isSufficient: boolean;
  readonly partyId: string;
  /** What the sum asks for. */
  readonly requiredLevel: 'none' | 'basic' | 'enhanced' | 'full';
  /** With the investment that is thought of. */
  readonly sum: Amount;
}

/** A legal entity, whose books balance alone. */
export interface Entity {
  /** The open day, or the last one. */
  readonly businessDate: string;
  readonly calendar: string;
  readonly entity: string;
  readonly functionalAsset: string;
  readonly name: string;
  readonly status: 'day_open' | 'day_closed';
  readonly timeZone: string;
}

export interface EntityRequest {
  /** Its first business day. */
  readonly businessDate: string;
  readonly calendar: string;
  readonly entity: string;
  /** The asset it reports in. */
  readonly functionalAsset: AssetCode;
  readonly name: string;
  readonly timeZone: string;
}

export interface Erasure {
  readonly reason: 'data_subject_request' | 'retention_over' | 'entered_in_error';
}

export interface EventType {
  readonly context: string;
  /** `context.noun.verb`; what endpoints filter by. */
  readonly name: string;
  /** A message as it may look. */
  readonly sample: { readonly [name: string]: unknown };
  /** JSON Schema (2020-12) of the whole message. */
  readonly schema: { readonly [name: string]: unknown };
  readonly summary: string;
  readonly version: number;
}

/** An exchange rate: as published, or computed exactly and rounded once to 15 significant digits, half to even. */
export interface ExchangeRate {
  readonly ask?: RateText | undefined;
  readonly bid?: RateText | undefined;
  /** The rate's own day; on a path of several the oldest. */
  readonly date: string;
  readonly from: AssetCode;
  /** The published rates it was computed from, in the order of the path. */
  readonly legs: readonly {
    readonly date: string;
    readonly from: AssetCode;
    readonly isInverse: boolean;
    readonly publishedMid: RateText;
    readonly source: string;
    readonly to: AssetCode;
  }[];
  readonly mid: RateText;
  /** `["USD", "EUR", "CZK"]` is a cross through the euro. */
  readonly path: readonly AssetCode[];
  /** Providers it rests on. */
  readonly sources: readonly string[];
  readonly to: AssetCode;
}

/** Decimal string with at most four decimals. */
export type FourDecimals = string;

export interface FourEyesPolicy {
  readonly changedAt?: string | undefined;
  readonly command: string;
  /** From which amounts on, by asset; always when empty. */
  readonly from: readonly Amount[];
  readonly isInForce: boolean;
  readonly validForSeconds: number;
}

/** A reservation: it lowers what is available and posts nothing. */
export interface Hold {
  readonly account: string;
  readonly amount: Amount;
  readonly captured: Amount;
  readonly description?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly holdId: string;
  /** Journals that captured it; not in lists. */
  readonly journals?: readonly string[] | undefined;
  readonly placedAt: string;
  /** Still reserved. */
  readonly remaining: Amount;
  readonly status: 'active' | 'captured' | 'voided' | 'expired';
}

export interface HoldRequest {
  readonly account: LedgerAccountId;
  readonly amount: Amount;
  /** Free text; erased with the personal data of the account that pays. */
  readonly description?: string | undefined;
  /** Released soon after this instant; never by itself when absent. */
  readonly expiresAt?: string | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
}

export interface HouseAccount {
  readonly accountId: string;
  readonly class: 'asset' | 'liability' | 'equity' | 'income' | 'expense' | 'position';
  readonly code: string;
  readonly entity: string;
  readonly hasFloor: boolean;
  readonly status: 'open' | 'closed';
}

/** Money said to be on its way: shown as `heldIn`, never spendable, never posted. */
export interface Incoming {
  readonly account: string;
  readonly amount: Amount;
  readonly announcedAt: string;
  readonly announcementId: string;
  readonly expectedOn?: string | undefined;
  /** The journal that booked the money. */
  readonly journalId?: string | undefined;
  readonly reference?: string | undefined;
  readonly status: 'open' | 'withdrawn' | 'fulfilled';
}

/** Money that came, or is coming; booked always, in suspense where it cannot be credited. */
export interface IncomingPayment {
  /** The account the number belongs to. */
  readonly accountId?: string | undefined;
  readonly amount: Amount;
  /** Shown to staff. */
  readonly bank?: string | undefined;
  readonly bookingDate?: string | undefined;
  readonly changedAt: string;
  readonly createdAt: string;
  readonly creditedTo?: string | undefined;
  readonly creditorIban?: string | undefined;
  readonly debtor: {
    readonly bic?: string | undefined;
    readonly iban?: string | undefined;
    readonly name?: string | undefined;
  };
  readonly endToEndId?: string | undefined;
  readonly entryReference: string;
  readonly expected?: Amount | undefined;
  readonly incomingId: string;
  /** Why it waits or goes back; shown to staff. */
  readonly reason?: string | undefined;
  readonly remittance?: string | undefined;
  /** The payment that takes it back. */
  readonly returnedBy?: string | undefined;
  readonly status: 'announced' | 'in_review' | 'credited' | 'suspended' | 'returned';
  readonly valueDate?: string | undefined;
  /** Shown to staff. */
  readonly workItemId?: string | undefined;
}

export interface IncomingPaymentRequest {
  readonly amount: Amount;
  /** The partner bank that tells of it. */
  readonly bank: string;
  readonly bookingDate?: string | undefined;
  /** Where a bank knows our customers by another number. */
  readonly creditorAccountId?: string | undefined;
  readonly creditorIban?: string | undefined;
  readonly debtor?: {
    readonly bic?: string | undefined;
    readonly iban?: string | undefined;
    readonly name?: string | undefined;
  } | undefined;
  readonly endToEndId?: string | undefined;
  /** Whose nostro it is; the account’s own where one is named, else `main`. */
  readonly entity?: string | undefined;
  /** The bank’s own reference of the entry, unique for ever. */
  readonly entryReference: string;
  /** What was asked for; another amount goes to suspense. */
  readonly expected?: Amount | undefined;
  /** False for money that is only on its way. */
  readonly isBooked?: boolean | undefined;
  readonly remittance?: string | undefined;
  readonly valueDate?: string | undefined;
}

export interface IncomingPaymentReview {
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

export interface IncomingRequest {
  readonly account: LedgerAccountId;
  readonly amount: Amount;
  /** The day it is expected on; only told, never acted upon. */
  readonly expectedOn?: string | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  /** By which whoever sends the money knows it. */
  readonly reference?: string | undefined;
}

export interface IntrospectedToken {
  readonly active: boolean;
  readonly client_id?: string | undefined;
  readonly exp?: number | undefined;
  readonly iat?: number | undefined;
  readonly jti?: string | undefined;
  readonly scope?: string | undefined;
  readonly sub?: string | undefined;
  readonly token_type?: string | undefined;
}

/** Shares somebody has, or wants. */
export interface Investment {
  readonly accountId: string;
  /** SHA3-256 over what the agreement says; it is what is signed. */
  readonly agreementHash?: string | undefined;
  readonly agreementNumber?: string | undefined;
  readonly amount: Amount;
  readonly certificateNumber?: string | undefined;
  readonly changedAt: string;
  readonly confirmedAt?: string | undefined;
  readonly coolingOffEndsAt?: string | undefined;
  readonly fee?: Amount | undefined;
  /** What a check found; shown to staff. */
  readonly flags?: readonly string[] | undefined;
  readonly investmentId: string;
  readonly partyId: string;
  readonly paymentMethod: 'account' | 'card' | 'crypto' | 'bank';
  /** Why it ended before it was confirmed. */
  readonly reason?: string | undefined;
  /** To be quoted when it is paid. */
  readonly reference: string;
  readonly refund?: {
    readonly reason: string;
    readonly refundId: string;
    readonly status: 'requested' | 'approved' | 'rejected' | 'completed';
  } | undefined;
  readonly requestedAt: string;
  /** Due diligence that is missing. */
  readonly requiredLevel?: 'none' | 'basic' | 'enhanced' | 'full' | undefined;
  readonly round: number;
  readonly sharePrice: FourDecimals;
  readonly shares: FourDecimals;
  /** Missing where the agreement has to be signed before it can be paid. */
  readonly signature?: 'missing' | 'given' | undefined;
  readonly signedAt?: string | undefined;
  readonly status: 'requested' | 'kyc_required' | 'aml_review' | 'awaiting_payment' | 'paid' | 'confirmed' | 'refunding' | 'refunded' | 'cancelled' | 'failed' | 'expired';
  readonly tier: string;
  readonly voidedAt?: string | undefined;
}

export interface InvestmentPayment {
  /** To be paid, fee included. */
  readonly amount: Amount;
  /** The card deposit it is paid by; its `nextAction` says what the investor has to do. */
  readonly cardDepositId?: string | undefined;
  /** Where the investor goes on. */
  readonly checkoutUrl?: string | undefined;
  readonly coolingOffEndsAt?: string | undefined;
  readonly investmentId: string;
  readonly method: 'account' | 'card' | 'crypto' | 'bank';
  /** Where it is to be transferred to, with `reference` as the end-to-end id. */
  readonly payToIban?: string | undefined;
  readonly reference: string;
  readonly status: 'not_requested' | 'pending' | 'paid' | 'failed' | 'returned';
}

export interface InvestmentPaymentRecord {
  /** What arrived; another amount than was asked for goes back. */
  readonly amount?: Amount | undefined;
  /** House account the money arrived on, such as `main:nostro/ing`. */
  readonly arrivedOn?: string | undefined;
  /** Of the entry or message that says so: told twice it counts once. */
  readonly reference: string;
  readonly result?: 'paid' | 'failed' | undefined;
}

export interface InvestmentRefund {
  /** What goes back, the fee with it. */
  readonly amount: Amount;
  readonly investmentId: string;
  /** Whether another person has to approve it. */
  readonly needsApproval: boolean;
  readonly reason: string;
  readonly refundId: string;
  readonly requestedAt: string;
  /** Shown to staff. */
  readonly requestedBy?: string | undefined;
  /** Shown to staff. */
  readonly reviewedBy?: string | undefined;
  /** What goes back to the round. */
  readonly shares: FourDecimals;
  /** From when the certificate is void and the money on its way. */
  readonly sharesReturnedAt?: string | undefined;
  /** `approved` until the money has gone back, `completed` from then on. */
  readonly status: 'requested' | 'approved' | 'rejected' | 'completed';
}

export interface InvestmentRefundRequest {
  /** A code such as `changed_mind` or `technical_error`. */
  readonly reason: string;
  /** Your own id, unique for ever; one is made when absent. */
  readonly refundId?: string | undefined;
}

export interface InvestmentRequest {
  /** The investor’s account: the shares are registered there. */
  readonly accountId: string;
  readonly amount: Amount;
  /** Your own id, unique for ever; one is made when absent. */
  readonly investmentId?: string | undefined;
  /** The investor. */
  readonly partyId: string;
  readonly paymentMethod?: 'account' | 'card' | 'crypto' | 'bank' | undefined;
  readonly round: number;
}

export interface InvestmentReview {
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

export interface InvestorStatement {
  readonly asOf: string;
  readonly holdings: readonly {
    readonly invested: Amount;
    /** Percent with six decimals. */
    readonly ownership: string;
    readonly round: number;
    readonly shareAsset: AssetCode;
    readonly shares: FourDecimals;
  }[];
  readonly investments: readonly {
    readonly amount: Amount;
    readonly certificateNumber?: string | undefined;
    readonly investmentId: string;
    readonly requestedAt: string;
    readonly round: number;
    readonly shares: FourDecimals;
    readonly status: 'requested' | 'kyc_required' | 'aml_review' | 'awaiting_payment' | 'paid' | 'confirmed' | 'refunding' | 'refunded' | 'cancelled' | 'failed' | 'expired';
  }[];
  readonly partyId: string;
}

export interface InvitedUser {
  /** The party whose mandates bound the user; absent for staff. */
  readonly actingFor?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly changedAt: string;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  readonly email: string;
  readonly hasSecondFactor: boolean;
  /** What the invited person sets its password with, shown this once: bring it by a way that is its own. A repeat answers without it; who lost it invites anew. */
  readonly invitation?: string | undefined;
  /** Until when an invitation that is open can be used. */
  readonly invitedUntil?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly lastLoginAt?: string | undefined;
  readonly roles: readonly string[];
  readonly status: 'invited' | 'active' | 'suspended' | 'erased';
  readonly userId: string;
}

/** A balanced set of postings; never changed, only reversed. */
export interface Journal {
  readonly bookedAt: string;
  readonly bookingDate: string;
  /** Holds it used. */
  readonly captures: readonly {
    readonly amount: Amount;
    readonly holdId: string;
    readonly isFinal: boolean;
  }[];
  readonly description?: string | undefined;
  readonly endToEndId?: string | undefined;
  readonly entity: string;
  readonly forced?: 'late_presentment' | 'excess_presentment' | 'chargeback' | 'recall' | 'reorg' | 'correction' | undefined;
  /** Announcements of which this is the money; told to staff. */
  readonly fulfils?: readonly string[] | undefined;
  readonly journalId: string;
  readonly kind: string;
  readonly metadata?: { readonly [name: string]: string } | undefined;
  readonly postings: readonly {
    readonly account: string;
    readonly amount: Amount;
    /** Place in the journal, from 0; a customer is shown only lines of accounts it may see, and whom they are with. */
    readonly line: number;
    readonly purpose: 'principal' | 'fee' | 'tax' | 'interest' | 'spread' | 'cost' | 'rounding' | 'write_off' | 'revaluation' | 'settlement';
    readonly side: 'debit' | 'credit';
  }[];
  readonly quoteId?: string | undefined;
  /** At most 35 capitals and digits; travels through every rail. */
  readonly reference: string;
  readonly reversedBy: readonly {
    readonly journalId: string;
    readonly lines: readonly {
      readonly amount: Amount;
      readonly line: number;
    }[];
  }[];
  readonly reverses?: string | undefined;
  readonly status: 'posted' | 'partially_reversed' | 'reversed';
  readonly valueDate: string;
}

export interface JournalRequest {
  /** Refused unless it is the open day. */
  readonly bookingDate?: string | undefined;
  readonly captures?: readonly {
    readonly amount: Amount;
    readonly holdId: string;
    /** Whether the rest of the hold is released. */
    readonly isFinal?: boolean | undefined;
  }[] | undefined;
  /** Free text; erased with the personal data of the account that pays. */
  readonly description?: string | undefined;
  /** Kept from payer to payee. */
  readonly endToEndId?: string | undefined;
  /** Skips the floor and debit blocks; needs the permission `ledger:force`. */
  readonly forced?: 'late_presentment' | 'excess_presentment' | 'chargeback' | 'recall' | 'reorg' | 'correction' | undefined;
  /** Announcements of which this is the money; they end with it, whatever it amounts to. */
  readonly fulfils?: readonly string[] | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  readonly kind: string;
  readonly metadata?: Metadata | undefined;
  readonly postings: readonly {
    readonly account: LedgerAccountId;
    readonly amount: Amount;
    readonly purpose?: 'principal' | 'fee' | 'tax' | 'interest' | 'spread' | 'cost' | 'rounding' | 'write_off' | 'revaluation' | 'settlement' | undefined;
    readonly side: 'debit' | 'credit';
  }[];
  readonly valueDate?: string | undefined;
}

/** A journal with all that belongs to it. */
export interface JournalStory {
  readonly bookedAt: string;
  readonly bookingDate: string;
  /** Holds it used. */
  readonly captures: readonly {
    readonly amount: Amount;
    readonly holdId: string;
    readonly isFinal: boolean;
  }[];
  readonly description?: string | undefined;
  readonly endToEndId?: string | undefined;
  readonly entity: string;
  readonly forced?: 'late_presentment' | 'excess_presentment' | 'chargeback' | 'recall' | 'reorg' | 'correction' | undefined;
  /** Announcements of which this is the money; told to staff. */
  readonly fulfils?: readonly string[] | undefined;
  /** Holds it captured, as they are now. */
  readonly holds: readonly Hold[];
  readonly journalId: string;
  readonly kind: string;
  readonly metadata?: { readonly [name: string]: string } | undefined;
  readonly postings: readonly {
    readonly account: string;
    readonly amount: Amount;
    /** Place in the journal, from 0; a customer is shown only lines of accounts it may see, and whom they are with. */
    readonly line: number;
    readonly purpose: 'principal' | 'fee' | 'tax' | 'interest' | 'spread' | 'cost' | 'rounding' | 'write_off' | 'revaluation' | 'settlement';
    readonly side: 'debit' | 'credit';
  }[];
  readonly quote?: Quote | undefined;
  readonly quoteId?: string | undefined;
  /** At most 35 capitals and digits; travels through every rail. */
  readonly reference: string;
  readonly reversedBy: readonly {
    readonly journalId: string;
    readonly lines: readonly {
      readonly amount: Amount;
      readonly line: number;
    }[];
  }[];
  readonly reverses?: string | undefined;
  readonly status: 'posted' | 'partially_reversed' | 'reversed';
  readonly valueDate: string;
}

/** KYC as it now is; what is left out is no longer set. */
export interface KycStatement {
  readonly level?: 'simplified' | 'standard' | 'enhanced' | undefined;
  readonly reviewDue?: string | undefined;
  readonly risk?: 'low' | 'medium' | 'high' | undefined;
  readonly status: 'none' | 'pending' | 'verified' | 'rejected' | 'expired';
}

/** A UUID for a customer’s account, `entity:place/in/chart` for one of the house. */
export type LedgerAccountId = string;

/** What a party may do with an account. */
export interface Mandate {
  readonly accountId: string;
  readonly grantedAt: string;
  readonly kind: 'owner' | 'joint' | 'disponent' | 'viewer';
  readonly limits: readonly {
    readonly perTransfer: Amount;
  }[];
  readonly mandateId: string;
  readonly partyId: string;
  readonly revokedAt?: string | undefined;
  readonly status: 'granted' | 'revoked';
  readonly validFrom?: string | undefined;
  readonly validTo?: string | undefined;
}

export interface MandateGrant {
  readonly accountId: string;
  readonly kind: 'owner' | 'joint' | 'disponent' | 'viewer';
  /** None: the mandate is bound by the account alone. Some: only these assets, up to these amounts. */
  readonly limits?: readonly {
    /** The most one transfer may take from the account in this asset. */
    readonly perTransfer: Amount;
  }[] | undefined;
  /** Your own id for the mandate; one is made when absent. */
  readonly mandateId?: string | undefined;
  readonly partyId: string;
  /** In force from this instant on; at once when absent. */
  readonly validFrom?: string | undefined;
  /** No longer in force from this instant on; never ends when absent. */
  readonly validTo?: string | undefined;
}

export interface MandateLimits {
  /** None: the mandate is bound by the account alone. Some: only these assets, up to these amounts. */
  readonly limits: readonly {
    /** The most one transfer may take from the account in this asset. */
    readonly perTransfer: Amount;
  }[];
}

/** A rate you set yourself; it goes before those of providers. */
export interface ManualRate {
  readonly ask?: RateText | undefined;
  readonly bid?: RateText | undefined;
  readonly from: AssetCode;
  readonly mid: RateText;
  readonly rateId: string;
  readonly to: AssetCode;
  readonly validFrom: string;
  readonly validTo?: string | undefined;
}

/** Your own labels: at most 50 keys and 4 kB. */
export type Metadata = { readonly [name: string]: string };

/** An error of RFC 6749 §5.2. */
export interface OAuthError {
  readonly error: string;
  readonly error_description: string;
}

export interface OpenedSession {
  readonly expiresAt: string;
  readonly sessionId: string;
  /** Send it as `Authorization: Bearer <token>`. */
  readonly token: string;
  readonly userId: string;
}

export interface OrderResumption {
  /** Today unless told. */
  readonly from?: string | undefined;
}

/** When a standing order is paid next, and how the last time ended. */
export interface OrderSchedule {
  readonly convention: 'following' | 'preceding';
  readonly endOn?: string | undefined;
  readonly executions: number;
  readonly executionsMax?: number | undefined;
  readonly isEndOfMonth: boolean;
  readonly last?: {
    readonly dueOn: string;
    readonly reason?: string | undefined;
    readonly status: 'paid' | 'failed';
  } | undefined;
  readonly nextOn?: string | undefined;
  readonly orderId: string;
  readonly registeredAt: string;
  readonly retryDays: number;
  readonly retryOn?: string | undefined;
  readonly status: 'active' | 'suspended' | 'ended' | 'cancelled';
}

export interface OrderScheduleTerms {
  /** Where it goes whose day is no business day of its currency. */
  readonly convention?: 'following' | 'preceding' | undefined;
  /** The last day it may fall on. */
  readonly endOn?: string | undefined;
  readonly executionsMax?: number | undefined;
  /** On the last day of its month, whichever that is. */
  readonly isEndOfMonth?: boolean | undefined;
  /** On how many business days more it is tried where the money did not suffice. */
  readonly retryDays?: number | undefined;
}

export interface OrganisationName {
  readonly legal: string;
  readonly trading?: string | undefined;
}

export interface OverdraftLimit {
  readonly accountId: string;
  readonly limit: Amount;
}

/** A bank we keep money at. */
export interface PartnerBank {
  readonly bank: string;
  readonly bic: string;
  readonly connection: string;
  readonly country: string;
  readonly depositInsurance?: Amount | undefined;
  /** Deposits are insured at a `bank` only. */
  readonly kind: 'bank' | 'e_money';
  readonly name: string;
  readonly nostros: readonly {
    readonly account: string;
    readonly asset: AssetCode;
    readonly iban: string;
  }[];
  readonly rails: readonly {
    readonly fee: Amount;
    readonly limit?: Amount | undefined;
    readonly rail: string;
  }[];
  /** Why it is suspended. */
  readonly reason?: string | undefined;
  readonly status: 'active' | 'suspended';
}

/** Degraded from 30 % of failed calls, unhealthy from 70 % or while a breaker is open. A decline is no failure. */
export interface PartnerBankHealth {
  readonly bank: string;
  readonly calls: number;
  readonly failureBasisPoints?: number | undefined;
  readonly failures: number;
  /** Business days whose statement has not come, or that are not compared yet. */
  readonly openDays: readonly {
    readonly date: string;
    readonly entity: string;
    readonly openedAt: string;
  }[];
  readonly openOperations: readonly string[];
  readonly status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
}

/** A person or organisation. Every personal value of an erased party reads `erased`. */
export interface Party {
  readonly address?: {
    readonly buildingName?: string | undefined;
    readonly buildingNumber?: string | undefined;
    readonly country?: string | undefined;
    readonly countrySubDivision?: string | undefined;
    readonly department?: string | undefined;
    readonly districtName?: string | undefined;
    readonly floor?: string | undefined;
    readonly postBox?: string | undefined;
    readonly postCode?: string | undefined;
    readonly room?: string | undefined;
    readonly streetName?: string | undefined;
    readonly subDepartment?: string | undefined;
    readonly townLocationName?: string | undefined;
    readonly townName?: string | undefined;
  } | undefined;
  readonly birthDate?: string | undefined;
  readonly changedAt: string;
  readonly contacts?: readonly {
    readonly kind: 'email' | 'phone';
    readonly value: string;
  }[] | undefined;
  readonly externalReference?: string | undefined;
  readonly kind: 'person' | 'organisation';
  readonly kyc: {
    readonly level?: 'simplified' | 'standard' | 'enhanced' | undefined;
    readonly reviewDue?: string | undefined;
    readonly risk?: 'low' | 'medium' | 'high' | undefined;
    readonly status: 'none' | 'pending' | 'verified' | 'rejected' | 'expired';
  };
  readonly name: {
    readonly family?: string | undefined;
    readonly given?: string | undefined;
    readonly legal?: string | undefined;
    readonly trading?: string | undefined;
  };
  readonly partyId: string;
  readonly registeredAt: string;
  readonly status: 'active' | 'erased';
}

/** What is given replaces what was, null removes it, the rest stays. */
export interface PartyChange {
  readonly address?: PostalAddress | null | undefined;
  readonly birthDate?: string | null | undefined;
  readonly contacts?: readonly Contact[] | undefined;
  readonly externalReference?: string | null | undefined;
  readonly name?: PersonName | OrganisationName | undefined;
}

export type PartyRegistration = {
  readonly address?: PostalAddress | undefined;
  readonly birthDate?: string | undefined;
  readonly contacts?: readonly Contact[] | undefined;
  /** Number of the party in another system of yours; searched exactly. */
  readonly externalReference?: string | undefined;
  readonly kind: 'person';
  readonly name: PersonName;
  /** Your own id for the party; one is made when absent. */
  readonly partyId?: string | undefined;
} | {
  readonly address?: PostalAddress | undefined;
  readonly contacts?: readonly Contact[] | undefined;
  /** Number of the party in another system of yours; searched exactly. */
  readonly externalReference?: string | undefined;
  readonly kind: 'organisation';
  readonly name: OrganisationName;
  /** Your own id for the party; one is made when absent. */
  readonly partyId?: string | undefined;
};

export interface PayeeToVerify {
  readonly asset?: string | undefined;
  readonly iban: string;
  readonly name: string;
}

export interface PayeeVerification {
  readonly match: 'match' | 'close_match' | 'no_match' | 'unavailable';
}

/** Money on its way out, or within the tenant. */
export interface Payment {
  readonly amount: Amount;
  /** By which partner bank; shown to staff. */
  readonly bank?: string | undefined;
  readonly bankReference?: string | undefined;
  readonly changedAt: string;
  readonly createdAt: string;
  /** Where the money went that came back; shown to staff. */
  readonly creditedTo?: string | undefined;
  readonly creditor: {
    readonly account?: string | undefined;
    readonly bic?: string | undefined;
    readonly iban?: string | undefined;
    readonly name: string;
  };
  readonly debtorAccountId: string;
  readonly endToEndId: string;
  readonly executionDate: string;
  readonly fee?: Amount | undefined;
  readonly payeeMatch?: 'match' | 'close_match' | 'no_match' | 'unavailable' | undefined;
  readonly paymentId: string;
  readonly rail: string;
  /** Why it waits, was rejected or came back. */
  readonly reason?: string | undefined;
  readonly reference: string;
  readonly remittance?: string | undefined;
  readonly requestedExecutionDate?: string | undefined;
  /** The incoming payment it sends back. */
  readonly returnOf?: string | undefined;
  readonly returned?: Amount | undefined;
  readonly status: 'created' | 'in_review' | 'authorised' | 'funded' | 'submitted' | 'outcome_unknown' | 'settled' | 'returned' | 'rejected' | 'cancelled';
}

export interface PaymentRequest {
  readonly amount: Amount;
  readonly creditor: {
    /** Where there are no IBANs. */
    readonly account?: string | undefined;
    readonly address?: {
      readonly building?: string | undefined;
      readonly country: string;
      readonly postCode?: string | undefined;
      readonly street?: string | undefined;
      readonly town: string;
    } | undefined;
    readonly bic?: string | undefined;
    readonly iban?: string | undefined;
    readonly name: string;
  };
  readonly debtorAccountId: string;
  /** Kept from payer to payee; the reference when absent. */
  readonly endToEndId?: string | undefined;
  /** The payer was told that the name differs, and pays. */
  readonly isPayeeConfirmed?: boolean | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly paymentId?: string | undefined;
  /** 1 to 35 capitals and digits; made from the id when absent. */
  readonly reference?: string | undefined;
  /** What the payee is told; personal data. */
  readonly remittance?: string | undefined;
  /** At once when absent or past. */
  readonly requestedExecutionDate?: string | undefined;
}

export interface PaymentRequestPayment {
  readonly payerAccountId: string;
}

export interface PaymentRequestToMake {
  readonly amount: Amount;
  readonly expiresAt: string;
  /** What it is for; personal data. */
  readonly note?: string | undefined;
  /** Where the money is to go. */
  readonly payeeAccountId: string;
  /** Who is asked. */
  readonly payerPartyId: string;
  /** Your own id, unique for ever; one is made when absent. */
  readonly requestId?: string | undefined;
}

export interface PaymentReturn {
  /** What arrived; the whole payment when absent. */
  readonly amount?: Amount | undefined;
  /** The bank’s own reference of the entry; one entry is one return. */
  readonly entryReference: string;
  /** ISO 20022 reason such as AC04. */
  readonly reason: string;
  readonly valueDate?: string | undefined;
}

export interface PaymentReview {
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

export interface PersonName {
  readonly family: string;
  readonly given?: string | undefined;
}

export interface PersonalDataLook {
  /** UTC instant with milliseconds. */
  readonly at: string;
  readonly channel: string;
  readonly operationId: string;
  /** The key or user. */
  readonly principalId: string;
  /** Under which the log of requests knows it. */
  readonly requestId: string;
  /** Whose values they were, such as `party:` or `account:` and its id. */
  readonly subject: string;
  /** The person behind it, where there is one. */
  readonly userId?: string | undefined;
}

/** A structured postal address (ISO 20022 PostalAddress24). */
export interface PostalAddress {
  readonly buildingName?: string | undefined;
  readonly buildingNumber?: string | undefined;
  readonly country: string;
  readonly countrySubDivision?: string | undefined;
  readonly department?: string | undefined;
  readonly districtName?: string | undefined;
  readonly floor?: string | undefined;
  readonly postBox?: string | undefined;
  readonly postCode?: string | undefined;
  readonly room?: string | undefined;
  readonly streetName?: string | undefined;
  readonly subDepartment?: string | undefined;
  readonly townLocationName?: string | undefined;
  readonly townName: string;
}

/** Shares offered at one price. */
export interface PricingRound {
  /** What it is paid in. */
  readonly asset: AssetCode;
  readonly closesAt?: string | undefined;
  readonly coolingOffDays: number;
  readonly entity: string;
  readonly investmentMax: Amount;
  readonly investmentMin: Amount;
  readonly investors: number;
  readonly name: string;
  /** Whether agreements have to be signed before they can be paid. */
  readonly needsSignature: boolean;
  readonly opensAt: string;
  readonly raised: Amount;
  readonly round: number;
  /** What is counted in the share register. */
  readonly shareAsset: AssetCode;
  readonly sharePrice: FourDecimals;
  readonly sharesMax: FourDecimals;
  readonly sharesSold: FourDecimals;
  readonly status: 'open' | 'closed';
}

export interface PricingRoundOpening {
  /** What it is paid in. */
  readonly asset: AssetCode;
  readonly closesAt?: string | undefined;
  readonly coolingOffDays?: number | undefined;
  readonly entity?: string | undefined;
  readonly investmentMax?: DecimalAmount | undefined;
  readonly investmentMin?: DecimalAmount | undefined;
  readonly name: string;
  /** Whether agreements have to be signed before they can be paid. */
  readonly needsSignature?: boolean | undefined;
  readonly opensAt: string;
  /** Its number; unique for ever. */
  readonly round: number;
  readonly sharePrice: FourDecimals;
  /** Never are more sold. */
  readonly sharesMax: FourDecimals;
}

/** Terms accounts are opened under; never changed. */
export interface ProductVersion {
  readonly allowsOverdraft: boolean;
  /** Assets its accounts may hold; absent for any. */
  readonly assets?: readonly AssetCode[] | undefined;
  readonly name: string;
  readonly product: string;
  readonly statementCycle: 'monthly' | 'weekly' | 'transaction';
  readonly version: number;
}

export interface ProposedSecondFactor {
  /** The party whose mandates bound the user; absent for staff. */
  readonly actingFor?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly changedAt: string;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  readonly email: string;
  readonly hasSecondFactor: boolean;
  /** Until when an invitation that is open can be used. */
  readonly invitedUntil?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly lastLoginAt?: string | undefined;
  readonly roles: readonly string[];
  /** Base32, for typing. */
  readonly secret?: string | undefined;
  readonly status: 'invited' | 'active' | 'suspended' | 'erased';
  /** `otpauth:` address, for a QR code. */
  readonly uri?: string | undefined;
  readonly userId: string;
}

/** A business day of our account at a provider, explained to the cent. */
export interface ProviderDay {
  /** What it owed us in the end; as booked, the balance of its account in the ledger. */
  readonly closing: {
    /** As our books have it. */
    readonly booked: SignedAmount;
    /** As the provider’s balance transactions say. */
    readonly told: SignedAmount;
  };
  /** The business day. */
  readonly date: string;
  readonly dayId: string;
  /** Booked less told. */
  readonly difference: SignedAmount;
  /** What is under way and what nobody knows; where it is read alone. */
  readonly differences?: readonly {
    readonly amount: SignedAmount;
    /** What it is about. A journal that names it as `difference` in its metadata is taken for its other side. */
    readonly key: string;
    readonly since: string;
    readonly workItemId?: string | undefined;
  }[] | undefined;
  readonly entity: string;
  readonly explainedAt: string;
  /** The first day in it; everything before the date where there is none. */
  readonly from?: string | undefined;
  /** Of how many of them somebody was told. */
  readonly itemCount: number;
  /** What became of it; opening and lines make closing on both sides. */
  readonly lines: {
    readonly charges: {
      /** As our books have it. */
      readonly booked: SignedAmount;
      /** As the provider’s balance transactions say. */
      readonly told: SignedAmount;
    };
    readonly disputes: {
      /** As our books have it. */
      readonly booked: SignedAmount;
      /** As the provider’s balance transactions say. */
      readonly told: SignedAmount;
    };
    readonly fees: {
      /** As our books have it. */
      readonly booked: SignedAmount;
      /** As the provider’s balance transactions say. */
      readonly told: SignedAmount;
    };
    readonly other: {
      /** As our books have it. */
      readonly booked: SignedAmount;
      /** As the provider’s balance transactions say. */
      readonly told: SignedAmount;
    };
    readonly payouts: {
      /** As our books have it. */
      readonly booked: SignedAmount;
      /** As the provider’s balance transactions say. */
      readonly told: SignedAmount;
    };
    readonly refunds: {
      /** As our books have it. */
      readonly booked: SignedAmount;
      /** As the provider’s balance transactions say. */
      readonly told: SignedAmount;
    };
  };
  readonly movements: number;
  /** How many differences make it up. */
  readonly openCount: number;
  /** What the provider owed us before. */
  readonly opening: {
    /** As our books have it. */
    readonly booked: SignedAmount;
    /** As the provider’s balance transactions say. */
    readonly told: SignedAmount;
  };
  readonly postings: number;
  readonly provider: string;
  readonly status: 'agreed' | 'differs';
}

export interface PublishedProductVersion {
  readonly allowsOverdraft: boolean;
  /** Assets its accounts may hold; absent for any. */
  readonly assets?: readonly AssetCode[] | undefined;
  readonly name: string;
  readonly product: string;
  /** Absent for what every bank starts with, as long as nobody has opened an account under it. */
  readonly publishedAt?: string | undefined;
  readonly statementCycle: 'monthly' | 'weekly' | 'transaction';
  readonly version: number;
}

/** A bound price: used once, before it expires. */
export interface Quote {
  readonly buy: Amount;
  /** Units bought for one unit sold. */
  readonly customerRate: string;
  readonly entity: string;
  readonly expiresAt: string;
  readonly issuedAt: string;
  /** The conversion that used it. */
  readonly journalId?: string | undefined;
  readonly midRate: string;
  readonly quoteId: string;
  readonly rateDate: string;
  readonly rateSource: string;
  readonly sell: Amount;
  readonly status: 'open' | 'used';
}

export interface QuoteRequest {
  readonly buyAsset: AssetCode;
  readonly entity?: string | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  /** Hundredths of a percent kept of the mid rate; 100 when absent. Setting it needs the permission `ledger:margin`. */
  readonly marginBps?: number | undefined;
  readonly sell: Amount;
}

/** What came of asking one provider of rates. */
export interface RateFetch {
  /** Days in the file. */
  readonly days?: number | undefined;
  /** Days that were new. */
  readonly imported?: number | undefined;
  readonly line?: number | undefined;
  /** `source_unreadable`: what it sent is no file of rates; `line` is where reading stopped. */
  readonly outcome: 'fetched' | 'source_unreachable' | 'source_unreadable';
  readonly provider: string;
  /** Days of which nothing was written, and why. */
  readonly refused?: readonly {
    readonly code: string;
    readonly date: string;
  }[] | undefined;
  /** Days that were there with the same rates. */
  readonly repeated?: number | undefined;
}

/** What an import of rates did. */
export interface RateImport {
  /** Days in the file. */
  readonly days: number;
  /** Days that were new. */
  readonly imported: number;
  /** Days of which nothing was written, and why. */
  readonly refused: readonly {
    readonly code: string;
    readonly date: string;
  }[];
  /** Days that were there with the same rates. */
  readonly repeated: number;
}

/** A source of rates and how long its rates may be used. */
export interface RateProvider {
  readonly base?: AssetCode | undefined;
  readonly calendar: string;
  readonly name: string;
  readonly newestDate?: string | undefined;
  /** The lower is asked first. */
  readonly priority: number;
  readonly scope: 'platform' | 'tenant';
  readonly staleAfterBusinessDays: number;
}

/** Units of `to` for one `from`, as a decimal string. */
export type RateText = string;

export interface ReconciledDay {
  readonly account: string;
  readonly amountDiffers: number;
  readonly asset: AssetCode;
  readonly at: string;
  readonly bank: string;
  readonly bankClosing?: SignedAmount | undefined;
  readonly date: string;
  readonly matched: number;
  /** Entries of the bank without a posting of ours. */
  readonly missingHere: number;
  /** Postings of ours without an entry of the bank. */
  readonly missingThere: number;
  readonly ourClosing?: SignedAmount | undefined;
  /** How often the day came to something new. */
  readonly runs: number;
  readonly statementId: string;
}

export interface ReconciliationReport {
  readonly account: string;
  readonly amountDiffers: number;
  readonly asset: AssetCode;
  readonly bank: string;
  readonly bankClosing?: SignedAmount | undefined;
  readonly date: string;
  readonly matched: number;
  /** Entries of the bank without a posting of ours. */
  readonly missingHere: number;
  /** Postings of ours without an entry of the bank. */
  readonly missingThere: number;
  readonly ourClosing?: SignedAmount | undefined;
  readonly statementId: string;
}

/** A new payment back to the payer, by the way his money came. */
export interface Refund {
  readonly accountId: string;
  /** Where the payer wants it, for what came in crypto. */
  readonly address?: string | undefined;
  readonly amount: Amount;
  /** `policy`, or who did; shown to staff. */
  readonly approvedBy?: string | undefined;
  readonly changedAt: string;
  readonly createdAt: string;
  /** Why it did not go, or came back. */
  readonly failure?: string | undefined;
  /** What the account is charged for it. */
  readonly fee?: Amount | undefined;
  readonly notBefore?: string | undefined;
  readonly paymentId: string;
  readonly providerReference?: string | undefined;
  readonly reason: 'requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error';
  readonly refundId: string;
  /** Shown to staff. */
  readonly requestedBy?: string | undefined;
  readonly status: 'requested' | 'approved' | 'rejected' | 'funded' | 'submitted' | 'completed' | 'returned' | 'failed' | 'cancelled';
  /** The way the money came, by which it goes back. */
  readonly way: 'card' | 'bank' | 'crypto';
}

/** Which refunds of an entity need nobody’s approval, and what they cost. */
export interface RefundPolicy {
  /** What is asked for now is decided and charged by this. */
  readonly current: {
    /** What a refund costs the account that gives it. */
    readonly fees: readonly {
      readonly asset: AssetCode;
      /** Hundredths of a percent, rounded up once per payment. */
      readonly basisPoints: number;
      /** Per refund. */
      readonly fixed: DecimalAmount;
    }[];
    /** Refunds for these cost nothing. */
    readonly freeReasons: readonly ('requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error')[];
    /** Up to this much goes by itself; an asset without a limit never does. */
    readonly limits: readonly Amount[];
    /** Refunds for these go by themselves whatever they are. */
    readonly reasons: readonly ('requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error')[];
    /** And no longer after the payment than so many days. */
    readonly withinDays: number;
  };
  /** Since when; absent where the entity has set none and the installation’s own applies. */
  readonly effectiveFrom?: string | undefined;
  readonly entity: string;
  /** Set for later. */
  readonly upcoming: readonly {
    readonly effectiveFrom: string;
    /** What a refund costs the account that gives it. */
    readonly fees: readonly {
      readonly asset: AssetCode;
      /** Hundredths of a percent, rounded up once per payment. */
      readonly basisPoints: number;
      /** Per refund. */
      readonly fixed: DecimalAmount;
    }[];
    /** Refunds for these cost nothing. */
    readonly freeReasons: readonly ('requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error')[];
    /** Up to this much goes by itself; an asset without a limit never does. */
    readonly limits: readonly Amount[];
    /** Refunds for these go by themselves whatever they are. */
    readonly reasons: readonly ('requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error')[];
    /** And no longer after the payment than so many days. */
    readonly withinDays: number;
  }[];
}

export interface RefundPolicyRequest {
  /** At once when absent or past. */
  readonly effectiveFrom?: string | undefined;
  /** What a refund costs the account that gives it. */
  readonly fees: readonly {
    readonly asset: AssetCode;
    /** Hundredths of a percent, rounded up once per payment. */
    readonly basisPoints?: number | undefined;
    /** Per refund. */
    readonly fixed?: DecimalAmount | undefined;
  }[];
  /** Refunds for these cost nothing. */
  readonly freeReasons: readonly ('requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error')[];
  /** Up to this much goes by itself; an asset without a limit never does. */
  readonly limits: readonly Amount[];
  /** Refunds for these go by themselves whatever they are. */
  readonly reasons: readonly ('requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error')[];
  /** And no longer after the payment than so many days. */
  readonly withinDays: number;
}

export interface RefundRequest {
  /** For what came in crypto: the address that the payer confirmed. */
  readonly address?: string | undefined;
  readonly amount: Amount;
  /** It waits until then, once it is approved. */
  readonly notBefore?: string | undefined;
  /** A card deposit or an incoming payment. */
  readonly paymentId: string;
  readonly reason: 'requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error';
  /** Yours; asked again with the same content it is the same refund. */
  readonly refundId?: string | undefined;
}

export interface RefundReturn {
  readonly reason: string;
}

export interface RefundReview {
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
}

/** Money one party of the tenant asks of another. */
export interface RequestedPayment {
  readonly amount: Amount;
  readonly changedAt: string;
  readonly declinedBy?: 'payer' | 'payee' | undefined;
  readonly expiresAt: string;
  readonly journalId?: string | undefined;
  readonly note?: string | undefined;
  readonly payeeAccountId: string;
  readonly payerPartyId: string;
  readonly requestId: string;
  readonly requestedAt: string;
  readonly status: 'open' | 'paid' | 'declined' | 'expired';
}

export interface ReversalRequest {
  /** Skips the floor and debit blocks; needs the permission `ledger:force`. */
  readonly forced?: 'late_presentment' | 'excess_presentment' | 'chargeback' | 'recall' | 'reorg' | 'correction' | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  /** Lines that balance alone; everything that remains when absent. */
  readonly lines?: readonly {
    readonly amount: Amount;
    readonly line: number;
  }[] | undefined;
}

export interface Role {
  /** UTC instant with milliseconds; absent of those every tenant has. */
  readonly changedAt?: string | undefined;
  readonly description: string;
  /** Whether every tenant has it, and nobody can change it. */
  readonly isBuiltIn: boolean;
  readonly masksPersonalData: boolean;
  /** Whether it can be given only to those who act for a party. */
  readonly needsParty: boolean;
  readonly role: string;
  readonly scopes: readonly string[];
  readonly status: 'active' | 'retired';
}

export interface SecurityEvent {
  /** What it is about, such as `user:` or `api-key:` and its id. */
  readonly about: string;
  /** UTC instant with milliseconds. */
  readonly at: string;
  /** How often, where refusals of one kind are told together. */
  readonly count: number;
  /** A code or an instant that says more. */
  readonly detail?: string | undefined;
  readonly kind: string;
  /** The key or user. */
  readonly principalId: string;
  /** Under which the log of requests knows it. */
  readonly requestId: string;
  /** The person behind it, where there is one. */
  readonly userId?: string | undefined;
}

export interface Session {
  /** UTC instant with milliseconds. */
  readonly expiresAt: string;
  /** Whether it is the one this was asked by. */
  readonly isCurrent: boolean;
  /** At most ten seconds behind; told by reads only. */
  readonly lastUsedAt?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly openedAt: string;
  /** UTC instant with milliseconds. */
  readonly revokedAt?: string | undefined;
  readonly sessionId: string;
}

export interface ShareHolding {
  readonly invested: Amount;
  /** Percent with six decimals. */
  readonly ownership: string;
  readonly partyId: string;
  readonly round: number;
  readonly shares: FourDecimals;
}

/** An amount of an asset, possibly below zero. */
export interface SignedAmount {
  readonly amount: SignedDecimalAmount;
  readonly asset: AssetCode;
}

/** Decimal string, possibly below zero. */
export type SignedDecimalAmount = string;

/** What an account is to pay again and again. It is paid on its days; how that went is in the payments of the account. */
export interface StandingOrder {
  readonly accountId: string;
  readonly amount: Amount;
  readonly cancelledAt?: string | undefined;
  readonly counterparty: {
    readonly account: string;
    readonly bank: string;
    readonly name?: string | undefined;
  };
  readonly externalReference?: string | undefined;
  readonly firstOn?: string | undefined;
  readonly frequency: 'weekly' | 'monthly' | 'quarterly' | 'yearly';
  readonly orderId: string;
  readonly purpose?: string | undefined;
  readonly registeredAt: string;
  readonly remittance?: string | undefined;
  readonly status: 'active' | 'cancelled';
}

export interface StandingOrderRequest {
  /** What is paid each time. */
  readonly amount: Amount;
  readonly counterparty: {
    readonly account: string;
    /** The bank that keeps the account paid, by its code or BIC. */
    readonly bank: string;
    /** Erased with the personal data of the account. */
    readonly name?: string | undefined;
  };
  readonly externalReference?: string | undefined;
  readonly firstOn?: string | undefined;
  readonly frequency: 'weekly' | 'monthly' | 'quarterly' | 'yearly';
  /** Your own id, unique for ever; one is made when absent. */
  readonly orderId?: string | undefined;
  readonly purpose?: string | undefined;
  /** Told to the payee; erased with the personal data of the account. */
  readonly remittance?: string | undefined;
}

export interface StatementRunReport {
  readonly issued: number;
  readonly refused: readonly {
    readonly accountId: string;
    readonly asset: AssetCode;
    readonly code: string;
  }[];
  /** Had been issued before. */
  readonly unchanged: number;
}

export interface StatementRunRequest {
  /** A booking date that is over. */
  readonly date: string;
  readonly entity?: string | undefined;
}

/** A numbered statement; what it says never changes. */
export interface StatementSummary {
  readonly asset: AssetCode;
  readonly closing: SignedAmount;
  /** SHA3-256 over the canonical JSON of the entries. */
  readonly digest: string;
  readonly entries: number;
  readonly from: string;
  readonly issuedAt: string;
  /** Counts up per account and asset, from 1, without a gap. */
  readonly number: number;
  /** The closing balance of the statement before. */
  readonly opening: SignedAmount;
  readonly to: string;
}

export interface StepUpPolicy {
  readonly changedAt?: string | undefined;
  readonly command: string;
  /** From which amounts on, by asset; always when empty. */
  readonly from: readonly Amount[];
  readonly isInForce: boolean;
}

/** One posting of an account. */
export interface Transaction {
  readonly amount: Amount;
  readonly balanceAfter: SignedAmount;
  readonly bookedAt: string;
  readonly bookingDate: string;
  /** The account on the other side, where there is just one. */
  readonly counterparty?: string | undefined;
  readonly description?: string | undefined;
  readonly endToEndId?: string | undefined;
  readonly forced?: string | undefined;
  readonly journalId: string;
  readonly kind: string;
  /** Place of the posting in its journal. */
  readonly line: number;
  readonly purpose: 'principal' | 'fee' | 'tax' | 'interest' | 'spread' | 'cost' | 'rounding' | 'write_off' | 'revaluation' | 'settlement';
  readonly reference: string;
  /** The journal it undoes. */
  readonly reverses?: string | undefined;
  readonly side: 'debit' | 'credit';
  readonly valueDate: string;
}

/** A transaction with what led to it and what became of it. */
export interface TransactionStory {
  readonly bookedAt: string;
  readonly bookingDate: string;
  readonly description?: string | undefined;
  readonly endToEndId?: string | undefined;
  readonly forced?: string | undefined;
  readonly holds: readonly {
    readonly amount: Amount;
    readonly captured: Amount;
    readonly holdId: string;
    readonly placedAt: string;
    readonly status: string;
  }[];
  readonly journalId: string;
  readonly kind: string;
  /** Of accounts the reader may see. */
  readonly lines: readonly {
    readonly account: string;
    readonly amount: Amount;
    /** Place of the posting in its journal. */
    readonly line: number;
    readonly purpose: 'principal' | 'fee' | 'tax' | 'interest' | 'spread' | 'cost' | 'rounding' | 'write_off' | 'revaluation' | 'settlement';
    readonly side: 'debit' | 'credit';
  }[];
  readonly quote?: {
    readonly buy: Amount;
    readonly customerRate: string;
    readonly midRate: string;
    readonly quoteId: string;
    readonly sell: Amount;
  } | undefined;
  readonly reference: string;
  readonly reversedBy: readonly string[];
  /** The journal it undoes. */
  readonly reverses?: string | undefined;
  readonly valueDate: string;
}

export interface Transfer {
  readonly amount: Amount;
  /** Free text; erased with the personal data of the account that pays. */
  readonly description?: string | undefined;
  /** Kept from payer to payee. */
  readonly endToEndId?: string | undefined;
  /** Charged to `from` on top, in the same asset. */
  readonly fee?: Amount | undefined;
  readonly from: LedgerAccountId;
  /** Your own id, unique for ever; one is made when absent. */
  readonly id?: string | undefined;
  readonly metadata?: Metadata | undefined;
  readonly to: LedgerAccountId;
  /** Counts for interest; the booking date when absent. Only staff may say another. */
  readonly valueDate?: string | undefined;
}

export interface TransferBatch {
  /** linked: all or none, at most 1000. independent: each for itself, at most 10000. */
  readonly mode: 'linked' | 'independent';
  readonly transfers: readonly Transfer[];
}

export type TransferBatchAnswer = {
  readonly mode: 'linked';
  readonly transfers: readonly Journal[];
} | {
  readonly mode: 'independent';
  /** In the order sent. */
  readonly outcomes: readonly ({
    readonly index: number;
    readonly journalId: string;
    readonly reference: string;
    readonly status: 'posted';
  } | {
    readonly index: number;
    readonly journalId: string;
    readonly refusal: {
      readonly code: string;
    };
    readonly status: 'refused';
  })[];
  readonly posted: number;
  readonly refused: number;
};

/** What moved per day and asset; days without a movement are absent. */
export interface Turnovers {
  readonly items: readonly {
    readonly count: number;
    readonly credits: Amount;
    readonly date: string;
    readonly debits: Amount;
  }[];
}

export interface User {
  /** The party whose mandates bound the user; absent for staff. */
  readonly actingFor?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly changedAt: string;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  readonly email: string;
  readonly hasSecondFactor: boolean;
  /** Until when an invitation that is open can be used. */
  readonly invitedUntil?: string | undefined;
  /** UTC instant with milliseconds. */
  readonly lastLoginAt?: string | undefined;
  readonly roles: readonly string[];
  readonly status: 'invited' | 'active' | 'suspended' | 'erased';
  readonly userId: string;
}

export interface WebhookDelivery {
  /** Since it was last queued. */
  readonly attempts: number;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  readonly deliveryId: string;
  /** When it is tried next. */
  readonly dueAt?: string | undefined;
  readonly endpointId: string;
  /** UTC instant with milliseconds. */
  readonly finishedAt?: string | undefined;
  /** Why there was no answer: `timed_out`, `connection_refused` … */
  readonly lastError?: string | undefined;
  /** HTTP status of the last answer. */
  readonly lastStatus?: number | undefined;
  /** Sent as `webhook-id`. */
  readonly messageId: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly type: string;
}

export interface WebhookDeliveryStory {
  /** Since it was last queued. */
  readonly attempts: number;
  /** The text that is sent and signed. */
  readonly body: string;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  readonly deliveryId: string;
  /** When it is tried next. */
  readonly dueAt?: string | undefined;
  readonly endpointId: string;
  /** UTC instant with milliseconds. */
  readonly finishedAt?: string | undefined;
  /** Every attempt, oldest first. */
  readonly history: readonly {
    /** The beginning of what was answered. */
    readonly answer?: string | undefined;
    /** UTC instant with milliseconds. */
    readonly at: string;
    readonly durationMs: number;
    readonly error?: string | undefined;
    readonly status?: number | undefined;
    readonly url: string;
  }[];
  /** Why there was no answer: `timed_out`, `connection_refused` … */
  readonly lastError?: string | undefined;
  /** HTTP status of the last answer. */
  readonly lastStatus?: number | undefined;
  /** Sent as `webhook-id`. */
  readonly messageId: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly type: string;
}

export interface WebhookEndpoint {
  readonly accounts: readonly string[];
  readonly assets: readonly string[];
  /** UTC instant with milliseconds. */
  readonly changedAt: string;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  /** `failing`: nothing was taken for three days; `gone`: it answered 410. */
  readonly disabledReason?: string | undefined;
  readonly endpointId: string;
  readonly events: readonly string[];
  /** Where nothing was taken lately; told by reads only. */
  readonly failing?: {
    /** In a row. */
    readonly failures: number;
    /** UTC instant with milliseconds. */
    readonly leftAloneUntil?: string | undefined;
    /** UTC instant with milliseconds. */
    readonly since: string;
  } | undefined;
  /** Names of the headers sent with every request. */
  readonly headerNames: readonly string[];
  readonly isOrdered: boolean;
  readonly name: string;
  /** What messages are signed with, the newest first; those with an end only until then. */
  readonly secrets: readonly {
    /** UTC instant with milliseconds. */
    readonly createdAt: string;
    readonly secretId: string;
    /** UTC instant with milliseconds. */
    readonly validUntil?: string | undefined;
  }[];
  readonly status: 'active' | 'paused' | 'disabled' | 'deleted';
  readonly url: string;
}

export interface WebhookEndpointWithSecret {
  readonly accounts: readonly string[];
  readonly assets: readonly string[];
  /** UTC instant with milliseconds. */
  readonly changedAt: string;
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  /** `failing`: nothing was taken for three days; `gone`: it answered 410. */
  readonly disabledReason?: string | undefined;
  readonly endpointId: string;
  readonly events: readonly string[];
  /** Where nothing was taken lately; told by reads only. */
  readonly failing?: {
    /** In a row. */
    readonly failures: number;
    /** UTC instant with milliseconds. */
    readonly leftAloneUntil?: string | undefined;
    /** UTC instant with milliseconds. */
    readonly since: string;
  } | undefined;
  /** Names of the headers sent with every request. */
  readonly headerNames: readonly string[];
  readonly isOrdered: boolean;
  readonly name: string;
  /** The secret, `whsec_…`, shown this once. A repeat answers without it; who lost it rotates. */
  readonly secret?: string | undefined;
  /** What messages are signed with, the newest first; those with an end only until then. */
  readonly secrets: readonly {
    /** UTC instant with milliseconds. */
    readonly createdAt: string;
    readonly secretId: string;
    /** UTC instant with milliseconds. */
    readonly validUntil?: string | undefined;
  }[];
  readonly status: 'active' | 'paused' | 'disabled' | 'deleted';
  readonly url: string;
}

/** A genuine message of a provider; kept also where nobody knows its type. */
export interface WebhookMessage {
  /** SHA-256 of the raw body. */
  readonly digest: string;
  readonly failure?: string | undefined;
  readonly key: string;
  readonly messageId: string;
  readonly provider: string;
  readonly receivedAt: string;
  readonly replays: number;
  readonly sizeBytes: number;
  readonly status: 'received' | 'processed' | 'ignored' | 'failed';
  readonly type: string;
}

export interface WebhookReceipt {
  readonly received: true;
}

export interface Withdrawal {
  readonly accountId: string;
  readonly amount: Amount;
  readonly bookedAt: string;
  readonly bookingDate: string;
  readonly endToEndId?: string | undefined;
  readonly reference: string;
  readonly to?: string | undefined;
  readonly valueDate: string;
  /** Also the id of its journal. */
  readonly withdrawalId: string;
}

export interface WithdrawalRequest {
  readonly accountId: string;
  readonly amount: Amount;
  /** Free text; erased with the personal data of the account. */
  readonly description?: string | undefined;
  /** Kept from payer to payee. */
  readonly endToEndId?: string | undefined;
  /** A house account such as `main:nostro/ing`; the cash of the entity when absent. */
  readonly to?: string | undefined;
  /** Counts for interest; the booking date when absent. Only staff may say another. */
  readonly valueDate?: string | undefined;
  /** Your own id, unique for ever; one is made when absent. */
  readonly withdrawalId?: string | undefined;
}

/** Money or a difference that somebody has to explain, or a saga that stands still until somebody decides. */
export interface WorkItem {
  /** The house account the money lies on; absent of a parked saga. */
  readonly account?: string | undefined;
  readonly accountId?: string | undefined;
  /** Days since it was opened. */
  readonly age: '0-1' | '2-5' | '6-30' | '>30';
  /** Absent of a parked saga: what it moved lies where its story says. */
  readonly amount?: Amount | undefined;
  /** Who made the owner responsible. */
  readonly assignedBy?: string | undefined;
  readonly journalId?: string | undefined;
  readonly kind: 'unidentified' | 'blocked' | 'amount_mismatch' | 'review' | 'clearing' | 'break' | 'saga';
  /** What leads to it: journals, entries, payments, the saga. */
  readonly links: readonly string[];
  readonly openedAt: string;
  readonly owner?: string | undefined;
  readonly paymentId?: string | undefined;
  readonly reason: string;
  readonly reference?: string | undefined;
  readonly resolution?: 'applied' | 'returned' | 'written_off' | 'explained' | 'retried' | 'resumed' | 'cancelled' | undefined;
  readonly resolutionReason?: string | undefined;
  readonly resolvedAt?: string | undefined;
  readonly resolvedBy?: string | undefined;
  readonly status: 'open' | 'resolved';
  /** Of a parked saga: its step, and the last error. */
  readonly stoppedAt?: {
    readonly code: string;
    readonly facts?: { readonly [name: string]: AnyJson0 } | undefined;
    readonly phase: 'do' | 'undo';
    readonly step: string;
  } | undefined;
  /** What it is about, such as `saga:` and its id. */
  readonly subject: string;
  readonly workItemId: string;
}

export interface WorkItemAssignment {
  /** The principal who looks after it. */
  readonly owner: string;
}

/** `totals` are of all open items the filter leaves, by queue, age and asset. */
export interface WorkItemPage {
  readonly items: readonly WorkItem[];
  readonly nextCursor?: string | undefined;
  readonly totals: readonly {
    readonly account?: string | undefined;
    readonly age: '0-1' | '2-5' | '6-30' | '>30';
    readonly amount?: Amount | undefined;
    readonly count: number;
    readonly kind: 'unidentified' | 'blocked' | 'amount_mismatch' | 'review' | 'clearing' | 'break' | 'saga';
  }[];
}

/** Payments that may explain the item, the likeliest first. A person decides. */
export interface WorkItemProposals {
  readonly items: readonly {
    readonly because: readonly ('end_to_end_id' | 'reference' | 'amount')[];
    readonly direction: 'outgoing' | 'incoming';
    readonly paymentId: string;
  }[];
}

export interface WorkItemResolution {
  /** With `applied`: the account the money belongs to. */
  readonly accountId?: string | undefined;
  readonly reason?: string | undefined;
  readonly resolution: 'applied' | 'returned' | 'written_off' | 'explained';
}

export type AnyJson0 = string | number | boolean | null | readonly AnyJson0[] | { readonly [name: string]: AnyJson0 };
