// Written by `npm run generate` from docs/reference/openapi.json; what is changed here is lost.
import type {
  FileBody,
} from '../file-body.ts';
import type {
  AccessToken,
  Account,
  AccountBlock,
  AccountBlockRequest,
  AccountOpening,
  AccountStatement,
  AgreementSignature,
  Amount,
  AnyJson0,
  Approval,
  ApprovalWithRequest,
  ApprovedAnswer,
  Asset,
  AssetCode,
  AuthorizationServerMetadata,
  Balances,
  BankAllocation,
  BankAllocationPreview,
  BankDetails,
  Break,
  BulkLineReturn,
  BulkLineReview,
  BulkPayment,
  BulkPaymentLine,
  BusinessDayRequest,
  CaptureRequest,
  CardDeposit,
  CardDepositRequest,
  CardPayout,
  CertificateVerification,
  ChartPlace,
  ConfirmedSecondFactor,
  ConversionRequest,
  CryptoDeposit,
  CryptoDepositRequest,
  CustodianSettlement,
  CustodianTransfer,
  CustomerAccountBlock,
  CustomerAccountBlockRequest,
  DecimalAmount,
  Deposit,
  DepositRequest,
  Dispute,
  DisputeEvidence,
  DueDiligenceRequirement,
  Entity,
  EntityRequest,
  Erasure,
  EventType,
  ExchangeRate,
  FourEyesPolicy,
  Hold,
  HoldRequest,
  HouseAccount,
  Incoming,
  IncomingPayment,
  IncomingPaymentRequest,
  IncomingPaymentReview,
  IncomingRequest,
  IntrospectedToken,
  Investment,
  InvestmentPayment,
  InvestmentPaymentRecord,
  InvestmentRefund,
  InvestmentRefundRequest,
  InvestmentRequest,
  InvestmentReview,
  InvestorStatement,
  InvitedUser,
  Journal,
  JournalRequest,
  JournalStory,
  KycStatement,
  LedgerAccountId,
  Mandate,
  MandateGrant,
  MandateLimits,
  ManualRate,
  OpenedSession,
  OrderResumption,
  OrderSchedule,
  OrderScheduleTerms,
  OverdraftLimit,
  PartnerBank,
  PartnerBankHealth,
  Party,
  PartyChange,
  PartyRegistration,
  PayeeToVerify,
  PayeeVerification,
  Payment,
  PaymentRequest,
  PaymentRequestPayment,
  PaymentRequestToMake,
  PaymentReturn,
  PaymentReview,
  PersonalDataLook,
  PricingRound,
  PricingRoundOpening,
  ProductVersion,
  ProposedSecondFactor,
  ProviderDay,
  PublishedProductVersion,
  Quote,
  QuoteRequest,
  RateFetch,
  RateImport,
  RateProvider,
  ReconciledDay,
  ReconciliationReport,
  Refund,
  RefundPolicy,
  RefundPolicyRequest,
  RefundRequest,
  RefundReturn,
  RefundReview,
  RequestedPayment,
  ReversalRequest,
  Role,
  SecurityEvent,
  Session,
  ShareHolding,
  SignedAmount,
  StandingOrder,
  StandingOrderRequest,
  StatementRunReport,
  StatementRunRequest,
  StatementSummary,
  StepUpPolicy,
  Transaction,
  TransactionStory,
  Transfer,
  TransferBatch,
  TransferBatchAnswer,
  Turnovers,
  User,
  WebhookDelivery,
  WebhookDeliveryStory,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
  WebhookMessage,
  Withdrawal,
  WithdrawalRequest,
  WorkItem,
  WorkItemAssignment,
  WorkItemPage,
  WorkItemProposals,
  WorkItemResolution,
} from './schemas.ts';

export interface ListAccountsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly entity?: string | undefined;
  readonly product?: string | undefined;
  readonly status?: 'open' | 'closed' | undefined;
  readonly asset?: AssetCode | undefined;
  /** A holder. */
  readonly partyId?: string | undefined;
  /** A whole local number, IBAN (in any spacing) or external reference. */
  readonly identifier?: string | undefined;
}

export interface ListAccountsAnswer {
  readonly items: readonly Account[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListAccountBlocksAnswer {
  readonly items: readonly CustomerAccountBlock[];
}

export interface SetAccountOverdraftLimitBody {
  /** Zero for none. */
  readonly limit: Amount;
}

export interface ListStandingOrdersQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListStandingOrdersAnswer {
  readonly items: readonly StandingOrder[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListStatementsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly asset?: AssetCode | undefined;
}

export interface ListStatementsAnswer {
  readonly items: readonly StatementSummary[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListTransactionsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly asset?: AssetCode | undefined;
  /** A credit raised the account. */
  readonly side?: 'debit' | 'credit' | undefined;
  /** What the journal was for: `transfer`, `deposit` … */
  readonly kind?: string | undefined;
  /** Booking date, included. */
  readonly from?: string | undefined;
  /** Booking date, included. */
  readonly to?: string | undefined;
  /** With `asset`; included. */
  readonly amountFrom?: DecimalAmount | undefined;
  /** With `asset`; included. */
  readonly amountTo?: DecimalAmount | undefined;
  readonly endToEndId?: string | undefined;
}

export interface ListTransactionsAnswer {
  readonly items: readonly Transaction[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface GetTurnoversQuery {
  readonly from: string;
  readonly to: string;
  readonly by?: 'bookingDate' | 'valueDate' | undefined;
}

export interface ListApiKeysQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListApiKeysAnswer {
  readonly items: readonly {
    readonly actingFor?: string | undefined;
    readonly addresses: readonly string[];
    /** UTC instant with milliseconds. */
    readonly createdAt: string;
    /** UTC instant with milliseconds. */
    readonly expiresAt?: string | undefined;
    readonly keyId: string;
    /** At most ten seconds behind. */
    readonly lastUsedAt?: string | undefined;
    readonly name: string;
    /** The public part of the key, by which it is recognised in logs and lists. */
    readonly prefix: string;
    /** Until when the secret before the last rotation still opens. */
    readonly previousValidUntil?: string | undefined;
    readonly roles: readonly string[];
    readonly scopes: readonly string[];
    readonly status: 'active' | 'revoked';
    /** Whose key it is: the user who made it, or whose key made it. */
    readonly userId?: string | undefined;
  }[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface CreateApiKeyBody {
  /** The party whose mandates bound what the key may see; absent, it acts for the tenant. */
  readonly actingFor?: string | undefined;
  /** Where it may be used from (addresses or CIDR blocks); empty for anywhere. */
  readonly addresses?: readonly string[] | undefined;
  /** UTC instant with milliseconds; absent, it does not expire. */
  readonly expiresAt?: string | undefined;
  /** What the key is for; not a person’s name. */
  readonly name: string;
  /** Roles whose scopes it has, as they are at each request; what they give must be held by whoever asks. */
  readonly roles?: readonly string[] | undefined;
  /** What the key may do; each must be held by whoever asks. Absent where roles say it. */
  readonly scopes?: readonly string[] | undefined;
}

export interface CreateApiKeyAnswer {
  readonly actingFor?: string | undefined;
  readonly addresses: readonly string[];
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  /** UTC instant with milliseconds. */
  readonly expiresAt?: string | undefined;
  /** The key itself, shown this once. It is stored nowhere: a repeat under the same Idempotency-Key answers without it. If the first answer was lost, rotate the key. */
  readonly key?: string | undefined;
  readonly keyId: string;
  /** At most ten seconds behind. */
  readonly lastUsedAt?: string | undefined;
  readonly name: string;
  /** The public part of the key, by which it is recognised in logs and lists. */
  readonly prefix: string;
  /** Until when the secret before the last rotation still opens. */
  readonly previousValidUntil?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  /** Whose key it is: the user who made it, or whose key made it. */
  readonly userId?: string | undefined;
}

export interface GetApiKeyAnswer {
  readonly actingFor?: string | undefined;
  readonly addresses: readonly string[];
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  /** UTC instant with milliseconds. */
  readonly expiresAt?: string | undefined;
  readonly keyId: string;
  /** At most ten seconds behind. */
  readonly lastUsedAt?: string | undefined;
  readonly name: string;
  /** The public part of the key, by which it is recognised in logs and lists. */
  readonly prefix: string;
  /** Until when the secret before the last rotation still opens. */
  readonly previousValidUntil?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  /** Whose key it is: the user who made it, or whose key made it. */
  readonly userId?: string | undefined;
}

export interface RevokeApiKeyBody {
  readonly reason?: string | undefined;
}

export interface RevokeApiKeyAnswer {
  readonly actingFor?: string | undefined;
  readonly addresses: readonly string[];
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  /** UTC instant with milliseconds. */
  readonly expiresAt?: string | undefined;
  readonly keyId: string;
  /** At most ten seconds behind. */
  readonly lastUsedAt?: string | undefined;
  readonly name: string;
  /** The public part of the key, by which it is recognised in logs and lists. */
  readonly prefix: string;
  /** Until when the secret before the last rotation still opens. */
  readonly previousValidUntil?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  /** Whose key it is: the user who made it, or whose key made it. */
  readonly userId?: string | undefined;
}

export interface RotateApiKeyBody {
  /** How long the old secret opens beside the new one; at most a week. */
  readonly graceSeconds?: number | undefined;
}

export interface RotateApiKeyAnswer {
  readonly actingFor?: string | undefined;
  readonly addresses: readonly string[];
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  /** UTC instant with milliseconds. */
  readonly expiresAt?: string | undefined;
  /** The key itself, shown this once. It is stored nowhere: a repeat under the same Idempotency-Key answers without it. If the first answer was lost, rotate the key. */
  readonly key?: string | undefined;
  readonly keyId: string;
  /** At most ten seconds behind. */
  readonly lastUsedAt?: string | undefined;
  readonly name: string;
  /** The public part of the key, by which it is recognised in logs and lists. */
  readonly prefix: string;
  /** Until when the secret before the last rotation still opens. */
  readonly previousValidUntil?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  /** Whose key it is: the user who made it, or whose key made it. */
  readonly userId?: string | undefined;
}

export interface ListApprovalPoliciesAnswer {
  readonly commands: readonly string[];
  readonly items: readonly FourEyesPolicy[];
}

export interface SetApprovalPolicyBody {
  readonly command: string;
  /** One amount an asset; empty for always. */
  readonly from?: readonly Amount[] | undefined;
  /** How long a command waits; three days unless told. */
  readonly validForSeconds?: number | undefined;
}

export interface ListApprovalsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  /** All of them unless told. */
  readonly status?: 'pending' | 'executed' | 'failed' | 'rejected' | undefined;
}

export interface ListApprovalsAnswer {
  readonly items: readonly Approval[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface RejectApprovalBody {
  readonly reason?: string | undefined;
}

export interface ListAssetsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly kind?: 'fiat' | 'crypto' | 'commodity' | 'custom' | undefined;
  /** Only those that may be booked on this day. */
  readonly activeOn?: string | undefined;
}

export interface ListAssetsAnswer {
  readonly items: readonly Asset[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface RegisterAssetBody {
  readonly activeFrom?: string | undefined;
  readonly activeTo?: string | undefined;
  readonly code: string;
  readonly decimals: number;
  readonly kind: 'fiat' | 'crypto' | 'commodity' | 'custom';
  readonly name: string;
}

export interface DeactivateAssetBody {
  /** The first day on which it may no longer be booked. */
  readonly activeTo: string;
}

export interface ProveConsistencyQuery {
  /** Size of the older head. */
  readonly from: number;
  /** Size of the newer head. */
  readonly to: number;
}

export interface ProveConsistencyAnswer {
  /** A signed tree head. */
  readonly from: {
    /** Which restore of the database the log belongs to. */
    readonly epoch: string;
    readonly keyId: string;
    /** Root of the Merkle tree over their hashes (RFC 9162 with SHA3-512). */
    readonly root: string;
    /** Ed25519 over the RFC 8785 text of the other members and `"kind":"finaegis.audit.head.v1"`. */
    readonly signature: string;
    /** Events of the log. */
    readonly size: number;
    readonly tenant: string;
    /** UTC instant with milliseconds. */
    readonly timestamp: string;
  };
  /** Hashes from the leaf upwards (RFC 9162, section 2.1). */
  readonly proof: readonly string[];
  /** A signed tree head. */
  readonly to: {
    /** Which restore of the database the log belongs to. */
    readonly epoch: string;
    readonly keyId: string;
    /** Root of the Merkle tree over their hashes (RFC 9162 with SHA3-512). */
    readonly root: string;
    /** Ed25519 over the RFC 8785 text of the other members and `"kind":"finaegis.audit.head.v1"`. */
    readonly signature: string;
    /** Events of the log. */
    readonly size: number;
    readonly tenant: string;
    /** UTC instant with milliseconds. */
    readonly timestamp: string;
  };
}

export interface ListEventsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly context: string;
  readonly stream: string;
}

export interface ListEventsAnswer {
  readonly items: readonly {
    readonly bookedAt: string;
    readonly eventId: string;
    /** SHA3-512 of the event’s text; the content of the leaf. */
    readonly hash: string;
    /** Place in the log, from 1. It is leaf seq − 1 of the tree. */
    readonly seq: string;
    readonly type: string;
  }[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ProveEventAnswer {
  /** RFC 8785 text of the event; its SHA3-512 is `hash`. Absent for a customer whom only a part of it concerns. */
  readonly envelope?: string | undefined;
  /** SHA3-512 of the event’s text; the content of the leaf. */
  readonly hash: string;
  /** A signed tree head. */
  readonly head: {
    /** Which restore of the database the log belongs to. */
    readonly epoch: string;
    readonly keyId: string;
    /** Root of the Merkle tree over their hashes (RFC 9162 with SHA3-512). */
    readonly root: string;
    /** Ed25519 over the RFC 8785 text of the other members and `"kind":"finaegis.audit.head.v1"`. */
    readonly signature: string;
    /** Events of the log. */
    readonly size: number;
    readonly tenant: string;
    /** UTC instant with milliseconds. */
    readonly timestamp: string;
  };
  /** Hashes from the leaf upwards (RFC 9162, section 2.1). */
  readonly proof: readonly string[];
  /** Place in the log, from 1. It is leaf seq − 1 of the tree. */
  readonly seq: string;
}

export interface ListTreeHeadsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListTreeHeadsAnswer {
  readonly items: readonly {
    /** Which restore of the database the log belongs to. */
    readonly epoch: string;
    readonly keyId: string;
    /** Root of the Merkle tree over their hashes (RFC 9162 with SHA3-512). */
    readonly root: string;
    /** Ed25519 over the RFC 8785 text of the other members and `"kind":"finaegis.audit.head.v1"`. */
    readonly signature: string;
    /** Events of the log. */
    readonly size: number;
    readonly tenant: string;
    /** UTC instant with milliseconds. */
    readonly timestamp: string;
  }[];
  /** All keys, oldest first. */
  readonly keys: readonly {
    /** Key that signed this announcement: the one before it, or itself for the first. */
    readonly announcedBy: string;
    /** First 16 digits of the SHA3-256 of the public key. */
    readonly keyId: string;
    readonly number: number;
    readonly publicKey: string;
    /** When the next key took over; absent for the key in use. */
    readonly retiredAt?: string | undefined;
    /** Ed25519 over the RFC 8785 text of number, keyId, publicKey, validFrom, announcedBy and `"kind":"finaegis.audit.key.v1"`. */
    readonly signature: string;
    /** UTC instant with milliseconds. */
    readonly validFrom: string;
  }[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListBulkPaymentsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  /** Only files with lines that wait for a person. */
  readonly inReview?: 'true' | undefined;
}

export interface ListBulkPaymentsAnswer {
  readonly items: readonly BulkPayment[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface CreateBulkPaymentQuery {
  /** Each line for itself, or all lines debited as one journal or none. */
  readonly mode?: 'best_effort' | 'all_or_none' | undefined;
  /** Whether an XML file must also be valid by its published schema. */
  readonly schema?: 'checked' | 'patient' | undefined;
}

export interface ListBulkPaymentLinesQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly status?: 'received' | 'in_review' | 'approved' | 'checked' | 'funded' | 'submitted' | 'settled' | 'returned' | 'rejected' | undefined;
}

export interface ListBulkPaymentLinesAnswer {
  readonly items: readonly BulkPaymentLine[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListCardDepositsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly accountId?: string | undefined;
  readonly asset?: string | undefined;
  /** Came up at or after it. */
  readonly from?: string | undefined;
  /** Came up before it. */
  readonly to?: string | undefined;
  readonly status?: 'announced' | 'requires_action' | 'credited' | 'suspended' | 'failed' | 'expired' | undefined;
}

export interface ListCardDepositsAnswer {
  readonly items: readonly CardDeposit[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListCardPayoutsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly asset?: string | undefined;
  /** Came up at or after it. */
  readonly from?: string | undefined;
  /** Came up before it. */
  readonly to?: string | undefined;
  readonly status?: 'booked' | 'returned' | undefined;
}

export interface ListCardPayoutsAnswer {
  readonly items: readonly CardPayout[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface VerifyCertificateQuery {
  /** Whose offering it is. */
  readonly tenantId: string;
}

export interface ListInvestmentsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly round?: number | undefined;
  readonly partyId?: string | undefined;
  readonly status?: 'requested' | 'kyc_required' | 'aml_review' | 'awaiting_payment' | 'paid' | 'confirmed' | 'refunding' | 'refunded' | 'cancelled' | 'failed' | 'expired' | undefined;
}

export interface ListInvestmentsAnswer {
  readonly items: readonly Investment[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface GetDueDiligenceRequirementQuery {
  readonly round: number;
  /** Of the investment that is thought of, in the asset the round is paid in. */
  readonly amount: DecimalAmount;
}

export interface GetOfferingQuery {
  /** Whose offering it is. */
  readonly tenantId: string;
}

export interface ListPricingRoundsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListPricingRoundsAnswer {
  readonly items: readonly PricingRound[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface GetShareRegisterQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface GetShareRegisterAnswer {
  readonly items: readonly ShareHolding[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListCryptoDepositsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly status?: 'announced' | 'open' | 'pending' | 'credited' | 'suspended' | 'failed' | 'expired' | undefined;
  readonly accountId?: string | undefined;
}

export interface ListCryptoDepositsAnswer {
  readonly items: readonly CryptoDeposit[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListBreaksQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly bank?: string | undefined;
  readonly asset?: AssetCode | undefined;
  readonly status?: 'open' | 'matched' | 'explained' | 'corrected' | 'written_off' | undefined;
}

export interface ListBreaksAnswer {
  readonly items: readonly Break[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ExplainBreakBody {
  /** Other open breaks of the same account. */
  readonly offsetBy?: readonly string[] | undefined;
  readonly reason: string;
}

export interface ProposeCorrectionBody {
  readonly against: string;
  readonly outcome: 'corrected' | 'written_off';
  readonly reason: string;
}

export interface RejectCorrectionBody {
  readonly reason: string;
}

export interface ListReconciliationsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly bank?: string | undefined;
}

export interface ListReconciliationsAnswer {
  readonly items: readonly ReconciledDay[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface SettleCustodiansBody {
  /** A net amount of this asset below it is left for the next settlement. */
  readonly minimum?: Amount | undefined;
  readonly obligations: readonly {
    readonly amount: Amount;
    readonly from: string;
    readonly to: string;
  }[];
  readonly settlementId: string;
}

export interface ListCustodianTransfersQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly from?: string | undefined;
  readonly status?: 'requested' | 'completed' | 'failed' | undefined;
}

export interface ListCustodianTransfersAnswer {
  readonly items: readonly CustodianTransfer[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface RequestCustodianTransferBody {
  readonly amount: Amount;
  readonly from: string;
  readonly to: string;
  readonly transferId?: string | undefined;
}

export interface ListCustodiansQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListCustodiansAnswer {
  readonly items: readonly PartnerBank[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface RegisterCustodianBody {
  readonly bank: string;
  readonly bic: string;
  /** Name of a connection in the configuration of the server; secrets stay there. */
  readonly connection: string;
  readonly country: string;
  /** What one depositor is insured for; absent for none. */
  readonly depositInsurance?: Amount | undefined;
  readonly kind: 'bank' | 'e_money';
  readonly name: string;
  readonly rails: readonly {
    /** What the bank takes for one payment. */
    readonly fee: Amount;
    /** The most one payment may be; absent for no limit. */
    readonly limit?: Amount | undefined;
    readonly rail: 'internal' | 'sepa' | 'sepa-instant' | 'swift';
  }[];
}

export interface GetCustodianBalancesAnswer {
  readonly items: readonly {
    readonly asOf: string;
    readonly balance: SignedAmount;
    readonly iban: string;
  }[];
}

export interface AssignNostroBody {
  readonly account: string;
  readonly asset: AssetCode;
  readonly iban: string;
}

export interface ReconcileCustodianBody {
  readonly date: string;
}

export interface ReconcileCustodianAnswer {
  readonly items: readonly {
    readonly asset: AssetCode;
    readonly report?: ReconciliationReport | undefined;
    readonly status: 'reconciled' | 'no_statement' | 'history_behind';
  }[];
}

export interface SuspendCustodianBody {
  readonly reason: string;
}

export interface ChangeCustodianTermsBody {
  readonly bic: string;
  /** Name of a connection in the configuration of the server; secrets stay there. */
  readonly connection: string;
  readonly country: string;
  /** What one depositor is insured for; absent for none. */
  readonly depositInsurance?: Amount | undefined;
  readonly kind: 'bank' | 'e_money';
  readonly name: string;
  readonly rails: readonly {
    /** What the bank takes for one payment. */
    readonly fee: Amount;
    /** The most one payment may be; absent for no limit. */
    readonly limit?: Amount | undefined;
    readonly rail: 'internal' | 'sepa' | 'sepa-instant' | 'swift';
  }[];
}

export interface ListDisputesQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly accountId?: string | undefined;
  readonly asset?: string | undefined;
  /** Came up at or after it. */
  readonly from?: string | undefined;
  /** Came up before it. */
  readonly to?: string | undefined;
  readonly status?: 'opened' | 'evidence_due' | 'submitted' | 'won' | 'lost' | 'accepted' | undefined;
  readonly paymentId?: string | undefined;
  readonly reason?: string | undefined;
  /** Evidence is taken no longer than this. */
  readonly dueBefore?: string | undefined;
}

export interface ListDisputesAnswer {
  readonly items: readonly Dispute[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListEntitiesAnswer {
  readonly items: readonly Entity[];
}

export interface SetBankDetailsBody {
  readonly bankCode: string;
  readonly bic?: string | undefined;
  readonly country: string;
  readonly name: string;
}

export interface OpenHouseAccountBody {
  readonly code: string;
  /** Whether it may not go below zero; for ever. */
  readonly hasFloor?: boolean | undefined;
}

export interface RevalueEntityAnswer {
  readonly journal?: Journal | undefined;
}

export interface GetTrialBalanceAnswer {
  readonly assets: readonly {
    readonly asset: string;
    readonly credits: Amount;
    readonly debits: Amount;
    /** Credits − debits; zero, always. */
    readonly difference: SignedAmount;
  }[];
  readonly entity: string;
  readonly isBalanced: boolean;
}

export interface ListEventTypesAnswer {
  readonly items: readonly EventType[];
}

export interface ListHoldsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly account: LedgerAccountId;
  readonly status?: 'active' | 'captured' | 'voided' | 'expired' | undefined;
}

export interface ListHoldsAnswer {
  readonly items: readonly Hold[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface IncreaseHoldBody {
  /** The new whole amount, in the asset of the hold. */
  readonly amount: Amount;
}

export interface ListIncomingPaymentsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly accountId?: string | undefined;
  readonly status?: 'announced' | 'in_review' | 'credited' | 'suspended' | 'returned' | undefined;
  readonly asset?: string | undefined;
  readonly bank?: string | undefined;
  /** The bank’s reference of the entry. */
  readonly reference?: string | undefined;
  readonly endToEndId?: string | undefined;
}

export interface ListIncomingPaymentsAnswer {
  readonly items: readonly IncomingPayment[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface AcceptInvitationBody {
  readonly invitation: string;
  /** At least 10 characters, none of those known from breaches. */
  readonly password: string;
  /** The tenant whose user this is. */
  readonly tenantId: string;
}

export interface ListJournalsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  /** Only those that touch it. */
  readonly account?: LedgerAccountId | undefined;
  readonly entity?: string | undefined;
  readonly kind?: string | undefined;
  /** First booking date. */
  readonly from?: string | undefined;
  /** Last booking date. */
  readonly to?: string | undefined;
  readonly reference?: string | undefined;
  /** Kept from payer to payee. */
  readonly endToEndId?: string | undefined;
}

export interface ListJournalsAnswer {
  readonly items: readonly Journal[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface GetBalancesQuery {
  /** As they were at this instant. */
  readonly at?: string | undefined;
  /** As they were at the end of this booking date. */
  readonly bookingDate?: string | undefined;
  /** All that counts for interest by the end of this date, whenever it was booked. */
  readonly valueDate?: string | undefined;
}

export interface ListBlocksAnswer {
  readonly items: readonly AccountBlock[];
}

export interface SetOverdraftLimitBody {
  /** Zero for none. */
  readonly limit: Amount;
}

export interface SetOverdraftLimitAnswer {
  readonly account: string;
  readonly limit: Amount;
}

export interface ListMandatesQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly partyId?: string | undefined;
  readonly accountId?: string | undefined;
}

export interface ListMandatesAnswer {
  readonly items: readonly Mandate[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ChangeOwnPasswordBody {
  readonly currentPassword: string;
  /** At least 10 characters, none of those known from breaches. */
  readonly password: string;
}

export interface ConfirmSecondFactorBody {
  readonly code: string;
}

export interface ListOwnSessionsAnswer {
  readonly items: readonly Session[];
}

export type IntrospectAccessTokenBody = { readonly [name: string]: string };

export type RevokeAccessTokenBody = { readonly [name: string]: string };

export type IssueAccessTokenBody = { readonly [name: string]: string };

export interface ListPartiesQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly status?: 'active' | 'erased' | undefined;
  readonly kycStatus?: 'none' | 'pending' | 'verified' | 'rejected' | 'expired' | undefined;
  /** Exactly as registered. */
  readonly externalReference?: string | undefined;
  /** Words of the name, without regard to case, accents and order; a word may end in * after 2 to 8 letters to find what begins so: `jana nov*`. */
  readonly name?: string | undefined;
}

export interface ListPartiesAnswer {
  readonly items: readonly Party[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface SetBankAllocationBody {
  /** The bank that pays first. */
  readonly primary: string;
  readonly shares: readonly {
    readonly bank: string;
    readonly percent: string;
  }[];
}

export interface PreviewBankAllocationBody {
  readonly amount: Amount;
}

export interface ListPaymentRequestsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly status?: 'open' | 'paid' | 'declined' | 'expired' | undefined;
}

export interface ListPaymentRequestsAnswer {
  readonly items: readonly RequestedPayment[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListPaymentsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly accountId?: string | undefined;
  readonly status?: 'created' | 'in_review' | 'authorised' | 'funded' | 'submitted' | 'outcome_unknown' | 'settled' | 'returned' | 'rejected' | 'cancelled' | undefined;
  readonly asset?: string | undefined;
  readonly bank?: string | undefined;
  readonly rail?: string | undefined;
  readonly reference?: string | undefined;
  readonly endToEndId?: string | undefined;
}

export interface ListPaymentsAnswer {
  readonly items: readonly Payment[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListPersonalDataLooksQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  /** Whose, such as `party:` and its id. */
  readonly subject?: string | undefined;
  /** A key, a user, or a user behind its keys. */
  readonly principalId?: string | undefined;
  /** UTC instant, included. */
  readonly from?: string | undefined;
  /** UTC instant, not included. */
  readonly to?: string | undefined;
}

export interface ListPersonalDataLooksAnswer {
  readonly items: readonly PersonalDataLook[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListProductsAnswer {
  readonly items: readonly PublishedProductVersion[];
}

export interface PublishProductBody {
  readonly allowsOverdraft: boolean;
  readonly assets?: readonly AssetCode[] | undefined;
  readonly name: string;
  readonly product: string;
  readonly statementCycle: 'monthly' | 'weekly' | 'transaction';
  readonly version: number;
}

export interface GetProductAnswer {
  readonly items: readonly PublishedProductVersion[];
}

export interface ListProviderDaysQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly status?: 'agreed' | 'differs' | undefined;
  readonly asset?: string | undefined;
  /** Explained at or after it. */
  readonly from?: string | undefined;
  /** Explained before it. */
  readonly to?: string | undefined;
}

export interface ListProviderDaysAnswer {
  readonly items: readonly ProviderDay[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListProviderHealthAnswer {
  readonly items: readonly {
    /** Tries of the last minute in the process that answers, by how they ended; busy and refused were never sent. */
    readonly counts: {
      readonly abandoned: number;
      readonly busy: number;
      readonly declined: number;
      readonly failed: number;
      readonly refused: number;
      readonly succeeded: number;
      readonly unknown: number;
    };
    /** Failed and unknown among the tries that were sent. */
    readonly failureRate?: number | undefined;
    /** A person decided, not the calls. */
    readonly isForced: boolean;
    readonly lastFailure?: {
      /** UTC instant with milliseconds. */
      readonly at: string;
      readonly code: string;
    } | undefined;
    /** Of the last 256 tries. */
    readonly latencyMs?: {
      readonly p50: number;
      readonly p95: number;
    } | undefined;
    readonly operation: string;
    readonly provider: string;
    /** When calls will be tried again. */
    readonly retryAt?: string | undefined;
    /** When the state began; absent while it has not changed since the process started. */
    readonly since?: string | undefined;
    /** Of the breaker, the same in all processes: `closed` lets calls through, `half_open` one at a time. */
    readonly state: 'closed' | 'half_open' | 'open';
  }[];
}

export interface SwitchBreakerBody {
  /** `open` lets nothing through, `close` everything, `automatic` leaves it to the breaker again. */
  readonly action: 'open' | 'close' | 'automatic';
  /** A code such as `maintenance`; it stays in the log. */
  readonly reason: string;
}

export interface SwitchBreakerAnswer {
  readonly operation: string;
  /** Where it is held; `automatic` when the calls decide. */
  readonly position: 'automatic' | 'open' | 'closed';
  readonly provider: string;
}

export interface FetchRatesBody {
  /** One day only; whatever a source has when absent. */
  readonly date?: string | undefined;
}

export interface FetchRatesAnswer {
  readonly items: readonly RateFetch[];
}

export interface ListRateProvidersAnswer {
  readonly items: readonly RateProvider[];
}

export interface PublishManualRateBody {
  readonly ask?: string | undefined;
  readonly bid?: string | undefined;
  readonly from: AssetCode;
  readonly mid: string;
  /** Your id of the rate; the same id with the same content is a repeat. */
  readonly rateId?: string | undefined;
  readonly to: AssetCode;
  /** Today (UTC) when absent. */
  readonly validFrom?: string | undefined;
  /** The first day on which it no longer counts. */
  readonly validTo?: string | undefined;
}

export interface GetRateQuery {
  /** The day the rate is for; today (UTC) when absent. */
  readonly date?: string | undefined;
}

export interface ListRatesQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  /** A provider by name; the first by priority that knows the pair when absent. */
  readonly source?: string | undefined;
}

export interface ListRatesAnswer {
  readonly items: readonly ExchangeRate[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface AuthorizeChannelBody {
  /** `private-` or `presence-` and the channel’s name. */
  readonly channel_name: string;
  /** Last position this client has seen on the channel. */
  readonly position?: string | undefined;
  /** Id the connection was given. */
  readonly socket_id: string;
}

export interface AuthorizeChannelAnswer {
  /** Id of the key, a colon, and HMAC-SHA256 in hex. */
  readonly auth: string;
  /** Part of what is signed; to be sent as it stands. */
  readonly channel_data?: string | undefined;
}

export interface ListRefundsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly accountId?: string | undefined;
  readonly asset?: string | undefined;
  /** Came up at or after it. */
  readonly from?: string | undefined;
  /** Came up before it. */
  readonly to?: string | undefined;
  /** `requested` waits for an approval. */
  readonly status?: 'requested' | 'approved' | 'rejected' | 'funded' | 'submitted' | 'completed' | 'returned' | 'failed' | 'cancelled' | undefined;
  readonly paymentId?: string | undefined;
  readonly way?: 'card' | 'bank' | 'crypto' | undefined;
  readonly reason?: 'requested_by_customer' | 'order_cancelled' | 'fraudulent' | 'other' | 'duplicate_payment' | 'payment_error' | 'system_error' | undefined;
}

export interface ListRefundsAnswer {
  readonly items: readonly Refund[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListRolesAnswer {
  readonly items: readonly Role[];
}

export interface DefineRoleBody {
  /** What it is for; not a person’s name. */
  readonly description: string;
  /** Whether whoever has only such roles is shown `masked` in the place of names, addresses and texts. */
  readonly masksPersonalData?: boolean | undefined;
  readonly role: string;
  /** What whoever has it may do; each must be held by whoever asks. */
  readonly scopes: readonly string[];
}

export interface ListSagasQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly status?: 'running' | 'undoing' | 'parked' | 'completed' | 'undone' | undefined;
  readonly definition?: string | undefined;
  /** Such as `payment:` and its id. */
  readonly subject?: string | undefined;
}

export interface ListSagasAnswer {
  readonly items: readonly {
    readonly attempt?: number | undefined;
    /** UTC instant with milliseconds. */
    readonly changedAt: string;
    /** What kind of instruction it carries out. */
    readonly definition: string;
    /** Why it is being taken back or stands still. */
    readonly failure?: {
      readonly code: string;
      readonly facts?: { readonly [name: string]: AnyJson0 } | undefined;
      readonly step?: string | undefined;
    } | undefined;
    readonly parentId?: string | undefined;
    readonly phase?: 'do' | 'undo' | undefined;
    readonly sagaId: string;
    /** UTC instant with milliseconds. */
    readonly startedAt: string;
    readonly status: 'running' | 'undoing' | 'parked' | 'completed' | 'undone';
    /** The step it is at. */
    readonly step?: string | undefined;
    /** The thing it is about. */
    readonly subject?: string | undefined;
    readonly version: number;
  }[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface GetSagaAnswer {
  readonly attempt?: number | undefined;
  readonly canBeCancelled: boolean;
  /** What kind of instruction it carries out. */
  readonly definition: string;
  /** When it is looked at next; absent while it waits for a signal or a person. */
  readonly dueAt?: string | undefined;
  /** Why it is being taken back or stands still. */
  readonly failure?: {
    readonly code: string;
    readonly facts?: { readonly [name: string]: AnyJson0 } | undefined;
    readonly step?: string | undefined;
  } | undefined;
  /** Everything that happened, oldest first. */
  readonly history: readonly {
    /** Who did it: the principal that started the saga, or the person who decided. */
    readonly actor: string;
    /** UTC instant with milliseconds. */
    readonly at: string;
    readonly eventId: string;
    readonly type: string;
  }[];
  /** What it was started with; secrets are blacked out. */
  readonly input: AnyJson0;
  readonly parentId?: string | undefined;
  readonly phase?: 'do' | 'undo' | undefined;
  /** What the steps that are done gave back. */
  readonly results: { readonly [name: string]: AnyJson0 };
  readonly sagaId: string;
  /** UTC instant with milliseconds. */
  readonly startedAt: string;
  readonly status: 'running' | 'undoing' | 'parked' | 'completed' | 'undone';
  /** The step it is at. */
  readonly step?: string | undefined;
  /** The thing it is about. */
  readonly subject?: string | undefined;
  readonly version: number;
}

export interface CancelSagaBody {
  readonly reason: string;
}

export interface CancelSagaAnswer {
  readonly attempt?: number | undefined;
  /** What kind of instruction it carries out. */
  readonly definition: string;
  /** Why it is being taken back or stands still. */
  readonly failure?: {
    readonly code: string;
    readonly facts?: { readonly [name: string]: AnyJson0 } | undefined;
    readonly step?: string | undefined;
  } | undefined;
  readonly parentId?: string | undefined;
  readonly phase?: 'do' | 'undo' | undefined;
  readonly sagaId: string;
  /** UTC instant with milliseconds. */
  readonly startedAt: string;
  readonly status: 'running' | 'undoing' | 'parked' | 'completed' | 'undone';
  /** The step it is at. */
  readonly step?: string | undefined;
  /** The thing it is about. */
  readonly subject?: string | undefined;
  readonly version: number;
}

export interface ResumeSagaBody {
  /** How you know. */
  readonly reason: string;
  /** What the step gave back; later steps may read it. */
  readonly result?: AnyJson0 | undefined;
}

export interface ResumeSagaAnswer {
  readonly attempt?: number | undefined;
  /** What kind of instruction it carries out. */
  readonly definition: string;
  /** Why it is being taken back or stands still. */
  readonly failure?: {
    readonly code: string;
    readonly facts?: { readonly [name: string]: AnyJson0 } | undefined;
    readonly step?: string | undefined;
  } | undefined;
  readonly parentId?: string | undefined;
  readonly phase?: 'do' | 'undo' | undefined;
  readonly sagaId: string;
  /** UTC instant with milliseconds. */
  readonly startedAt: string;
  readonly status: 'running' | 'undoing' | 'parked' | 'completed' | 'undone';
  /** The step it is at. */
  readonly step?: string | undefined;
  /** The thing it is about. */
  readonly subject?: string | undefined;
  readonly version: number;
}

export type RetrySagaBody = Readonly<Record<string, never>>;

export interface RetrySagaAnswer {
  readonly attempt?: number | undefined;
  /** What kind of instruction it carries out. */
  readonly definition: string;
  /** Why it is being taken back or stands still. */
  readonly failure?: {
    readonly code: string;
    readonly facts?: { readonly [name: string]: AnyJson0 } | undefined;
    readonly step?: string | undefined;
  } | undefined;
  readonly parentId?: string | undefined;
  readonly phase?: 'do' | 'undo' | undefined;
  readonly sagaId: string;
  /** UTC instant with milliseconds. */
  readonly startedAt: string;
  readonly status: 'running' | 'undoing' | 'parked' | 'completed' | 'undone';
  /** The step it is at. */
  readonly step?: string | undefined;
  /** The thing it is about. */
  readonly subject?: string | undefined;
  readonly version: number;
}

export interface ListSecurityEventsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly kind?: string | undefined;
  /** A key, a user, or a user behind its keys and its login. */
  readonly principalId?: string | undefined;
  readonly about?: string | undefined;
  /** UTC instant, included. */
  readonly from?: string | undefined;
  /** UTC instant, not included. */
  readonly to?: string | undefined;
}

export interface ListSecurityEventsAnswer {
  readonly items: readonly SecurityEvent[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface LogInBody {
  /** From the authenticator, where there is a second factor. */
  readonly code?: string | undefined;
  readonly email: string;
  readonly password: string;
  /** In the place of `code`, once. */
  readonly recoveryCode?: string | undefined;
  /** The tenant whose user this is. */
  readonly tenantId: string;
}

export interface ListStepUpPoliciesAnswer {
  readonly commands: readonly string[];
  readonly items: readonly StepUpPolicy[];
}

export interface SetStepUpPolicyBody {
  readonly command: string;
  /** One amount an asset; empty for always. */
  readonly from?: readonly Amount[] | undefined;
}

export interface ListTenantsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListTenantsAnswer {
  readonly items: readonly {
    readonly createdAt: string;
    readonly name: string;
    readonly status: 'active' | 'suspended';
    readonly tenantId: string;
  }[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface CreateTenantBody {
  readonly name: string;
  readonly tenantId?: string | undefined;
}

export interface CreateTenantAnswer {
  readonly createdAt: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly tenantId: string;
}

export interface CreateTenantApiKeyBody {
  /** The party whose mandates bound what the key may see; absent, it acts for the tenant. */
  readonly actingFor?: string | undefined;
  /** Where it may be used from (addresses or CIDR blocks); empty for anywhere. */
  readonly addresses?: readonly string[] | undefined;
  /** UTC instant with milliseconds; absent, it does not expire. */
  readonly expiresAt?: string | undefined;
  /** What the key is for; not a person’s name. */
  readonly name: string;
  /** Roles whose scopes it has, as they are at each request; what they give must be held by whoever asks. */
  readonly roles?: readonly string[] | undefined;
  /** What the key may do; each must be held by whoever asks. Absent where roles say it. */
  readonly scopes?: readonly string[] | undefined;
}

export interface CreateTenantApiKeyAnswer {
  readonly actingFor?: string | undefined;
  readonly addresses: readonly string[];
  /** UTC instant with milliseconds. */
  readonly createdAt: string;
  /** UTC instant with milliseconds. */
  readonly expiresAt?: string | undefined;
  /** The key itself, shown this once. It is stored nowhere: a repeat under the same Idempotency-Key answers without it. If the first answer was lost, rotate the key. */
  readonly key?: string | undefined;
  readonly keyId: string;
  /** At most ten seconds behind. */
  readonly lastUsedAt?: string | undefined;
  readonly name: string;
  /** The public part of the key, by which it is recognised in logs and lists. */
  readonly prefix: string;
  /** Until when the secret before the last rotation still opens. */
  readonly previousValidUntil?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly status: 'active' | 'revoked';
  /** Whose key it is: the user who made it, or whose key made it. */
  readonly userId?: string | undefined;
}

export interface ResumeTenantAnswer {
  readonly createdAt: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly tenantId: string;
}

export interface SuspendTenantBody {
  readonly reason: string;
}

export interface SuspendTenantAnswer {
  readonly createdAt: string;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly tenantId: string;
}

export interface ListUsersQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListUsersAnswer {
  readonly items: readonly User[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface InviteUserBody {
  /** The party whose mandates bound the user; absent, it is staff. */
  readonly actingFor?: string | undefined;
  readonly email: string;
  readonly roles: readonly string[];
}

export interface EraseUserBody {
  readonly reason: 'data_subject_request' | 'retention_over' | 'entered_in_error';
}

export interface ChangeUserRolesBody {
  readonly roles: readonly string[];
}

export interface SuspendUserBody {
  readonly reason?: string | undefined;
}

export interface ListWebhookDeliveriesQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly status?: 'pending' | 'delivered' | 'failed' | undefined;
  readonly type?: string | undefined;
  readonly messageId?: string | undefined;
  /** Queued at this instant or later. */
  readonly from?: string | undefined;
  /** Queued before this instant. */
  readonly to?: string | undefined;
}

export interface ListWebhookDeliveriesAnswer {
  readonly items: readonly WebhookDelivery[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListWebhookEndpointsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
}

export interface ListWebhookEndpointsAnswer {
  readonly items: readonly WebhookEndpoint[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface CreateWebhookEndpointBody {
  /** Only what concerns one of these accounts; empty for all. */
  readonly accounts?: readonly string[] | undefined;
  /** Only what concerns one of these assets; empty for all. */
  readonly assets?: readonly AssetCode[] | undefined;
  readonly endpointId?: string | undefined;
  /** Types to be told of. */
  readonly events?: readonly string[] | undefined;
  /** Sent with every request; their values are not shown again. */
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** One after the other in the order of the log; a message that is not taken holds up those behind it. */
  readonly isOrdered?: boolean | undefined;
  /** What it is for; not a person’s name. */
  readonly name?: string | undefined;
  /** Where to; `https` unless the installation allows its own machine. */
  readonly url: string;
}

export interface ChangeWebhookEndpointBody {
  readonly accounts?: readonly string[] | undefined;
  readonly assets?: readonly AssetCode[] | undefined;
  readonly events?: readonly string[] | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  readonly isOrdered?: boolean | undefined;
  readonly name?: string | undefined;
  /** Where to; `https` unless the installation allows its own machine. */
  readonly url?: string | undefined;
}

export interface ResendWebhooksBody {
  readonly since: string;
  readonly until?: string | undefined;
}

export interface RotateWebhookSecretBody {
  /** How long the secrets before it go on signing; at most a week. */
  readonly graceSeconds?: number | undefined;
}

export interface TestWebhookEndpointBody {
  /** A published type. */
  readonly type: string;
}

export interface ListWebhookMessagesQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly provider?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: 'received' | 'processed' | 'ignored' | 'failed' | undefined;
}

export interface ListWebhookMessagesAnswer {
  readonly items: readonly WebhookMessage[];
  /** Send it as `cursor` for the next page; absent on the last one. */
  readonly nextCursor?: string | undefined;
}

export interface ListWorkItemsQuery {
  /** How many items at most. */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly status?: 'open' | 'resolved' | undefined;
  readonly kind?: 'unidentified' | 'blocked' | 'amount_mismatch' | 'review' | 'clearing' | 'break' | 'saga' | undefined;
  readonly owner?: string | undefined;
  readonly asset?: string | undefined;
  readonly account?: string | undefined;
  readonly age?: '0-1' | '2-5' | '6-30' | '>30' | undefined;
}

/** No parameters. */
type Nothing = Readonly<Record<never, never>>;

/** What every request may be refused with. */
export type CommonProblem =
  | 'address_not_allowed'
  | 'headers_too_large'
  | 'internal_fault'
  | 'key_expired'
  | 'key_revoked'
  | 'malformed_request'
  | 'overloaded'
  | 'permission_missing'
  | 'rate_limited'
  | 'request_timeout'
  | 'session_ended'
  | 'text_not_storable'
  | 'token_over'
  | 'unauthenticated'
  | 'validation_failed';

/** What every command may be refused with besides. */
export type CommandProblem =
  | 'approval_needed'
  | 'body_too_large'
  | 'check_refused'
  | 'checks_unavailable'
  | 'idempotency_key_reused'
  | 'outcome_unknown'
  | 'second_factor_missing'
  | 'step_up_code_wrong'
  | 'step_up_for_other_content'
  | 'step_up_impossible'
  | 'step_up_locked'
  | 'step_up_needed'
  | 'tenant_suspended';

/** What every operation takes and answers, by its id in the OpenAPI document. */
export interface Operations {
  readonly listAccounts: {
    readonly params: Nothing;
    readonly query: ListAccountsQuery;
    readonly body: undefined;
    readonly answer: ListAccountsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly openAccount: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: AccountOpening;
    readonly answer: Account;
    readonly problems: CommonProblem | CommandProblem | 'account_exists_with_different_content' | 'account_exists_with_different_terms' | 'account_numbers_used_up' | 'asset_not_of_product' | 'asset_not_registered' | 'entity_unknown' | 'external_reference_taken' | 'holder_missing' | 'holder_repeated' | 'malformed_json' | 'mandate_exists_with_different_content' | 'party_erased' | 'party_not_found' | 'product_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getAccount: {
    readonly params: { readonly accountId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Account;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listAccountBlocks: {
    readonly params: { readonly accountId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListAccountBlocksAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly placeAccountBlock: {
    readonly params: { readonly accountId: string };
    readonly query: Nothing;
    readonly body: CustomerAccountBlockRequest;
    readonly answer: CustomerAccountBlock;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_has_no_floor' | 'account_unknown' | 'block_exists_with_different_terms' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly liftAccountBlock: {
    readonly params: { readonly accountId: string; readonly blockId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: CustomerAccountBlock;
    readonly problems: CommonProblem | CommandProblem | 'account_unknown' | 'block_unknown' | 'not_found' | 'staff_only';
  };
  readonly closeAccount: {
    readonly params: { readonly accountId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Account;
    readonly problems: CommonProblem | CommandProblem | 'account_not_empty' | 'account_unknown' | 'staff_only';
  };
  readonly setAccountOverdraftLimit: {
    readonly params: { readonly accountId: string };
    readonly query: Nothing;
    readonly body: SetAccountOverdraftLimitBody;
    readonly answer: OverdraftLimit;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_has_no_floor' | 'account_unknown' | 'malformed_json' | 'overdraft_not_of_product' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listStandingOrders: {
    readonly params: { readonly accountId: string };
    readonly query: ListStandingOrdersQuery;
    readonly body: undefined;
    readonly answer: ListStandingOrdersAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly registerStandingOrder: {
    readonly params: { readonly accountId: string };
    readonly query: Nothing;
    readonly body: StandingOrderRequest;
    readonly answer: StandingOrder;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_unknown' | 'amount_not_positive' | 'asset_not_registered' | 'idempotency_key_required' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'standing_order_exists_with_different_content' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly cancelStandingOrder: {
    readonly params: { readonly accountId: string; readonly orderId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: StandingOrder;
    readonly problems: CommonProblem | CommandProblem | 'idempotency_key_required' | 'mandate_missing' | 'not_found' | 'standing_order_unknown';
  };
  readonly listStatements: {
    readonly params: { readonly accountId: string };
    readonly query: ListStatementsQuery;
    readonly body: undefined;
    readonly answer: ListStatementsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly getStatement: {
    readonly params: { readonly accountId: string; readonly asset: AssetCode; readonly number: number };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: AccountStatement;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'statement_not_in_format' | 'view_behind';
  };
  readonly listTransactions: {
    readonly params: { readonly accountId: string };
    readonly query: ListTransactionsQuery;
    readonly body: undefined;
    readonly answer: ListTransactionsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly getTransaction: {
    readonly params: { readonly accountId: string; readonly journalId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: TransactionStory;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly getTurnovers: {
    readonly params: { readonly accountId: string };
    readonly query: GetTurnoversQuery;
    readonly body: undefined;
    readonly answer: Turnovers;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listApiKeys: {
    readonly params: Nothing;
    readonly query: ListApiKeysQuery;
    readonly body: undefined;
    readonly answer: ListApiKeysAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly createApiKey: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: CreateApiKeyBody;
    readonly answer: CreateApiKeyAnswer;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'acting_for_unknown' | 'api_key_exists_with_different_content' | 'expiry_in_past' | 'grants_missing' | 'idempotency_key_required' | 'malformed_json' | 'role_needs_party' | 'role_unknown' | 'scope_not_held' | 'scope_unknown' | 'token_makes_no_key' | 'unmasked_not_held' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getApiKey: {
    readonly params: { readonly keyId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: GetApiKeyAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly revokeApiKey: {
    readonly params: { readonly keyId: string };
    readonly query: Nothing;
    readonly body: RevokeApiKeyBody;
    readonly answer: RevokeApiKeyAnswer;
    readonly problems: CommonProblem | CommandProblem | 'api_key_unknown' | 'idempotency_key_required' | 'malformed_json' | 'not_found' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly rotateApiKey: {
    readonly params: { readonly keyId: string };
    readonly query: Nothing;
    readonly body: RotateApiKeyBody;
    readonly answer: RotateApiKeyAnswer;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'api_key_is_revoked' | 'api_key_unknown' | 'idempotency_key_required' | 'malformed_json' | 'not_found' | 'scope_not_held' | 'token_makes_no_key' | 'unmasked_not_held' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listApprovalPolicies: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListApprovalPoliciesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly setApprovalPolicy: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: SetApprovalPolicyBody;
    readonly answer: FourEyesPolicy;
    readonly problems: CommonProblem | CommandProblem | 'command_unknown' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly removeApprovalPolicy: {
    readonly params: { readonly command: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: FourEyesPolicy;
    readonly problems: CommonProblem | CommandProblem | 'staff_only';
  };
  readonly listApprovals: {
    readonly params: Nothing;
    readonly query: ListApprovalsQuery;
    readonly body: undefined;
    readonly answer: ListApprovalsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getApproval: {
    readonly params: { readonly approvalId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ApprovalWithRequest;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly approve: {
    readonly params: { readonly approvalId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ApprovedAnswer;
    readonly problems: CommonProblem | CommandProblem | 'approval_expired' | 'approval_is_decided' | 'approval_not_executable' | 'approval_unknown' | 'approver_not_a_person' | 'maker_cannot_check' | 'not_found' | 'staff_only';
  };
  readonly rejectApproval: {
    readonly params: { readonly approvalId: string };
    readonly query: Nothing;
    readonly body: RejectApprovalBody;
    readonly answer: Approval;
    readonly problems: CommonProblem | CommandProblem | 'approval_is_decided' | 'approval_unknown' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listAssets: {
    readonly params: Nothing;
    readonly query: ListAssetsQuery;
    readonly body: undefined;
    readonly answer: ListAssetsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly registerAsset: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: RegisterAssetBody;
    readonly answer: Asset;
    readonly problems: CommonProblem | CommandProblem | 'asset_code_reserved' | 'asset_exists_with_different_facts' | 'asset_kind_reserved' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getAsset: {
    readonly params: { readonly code: AssetCode };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Asset;
    readonly problems: CommonProblem | 'asset_unknown' | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly deactivateAsset: {
    readonly params: { readonly code: AssetCode };
    readonly query: Nothing;
    readonly body: DeactivateAssetBody;
    readonly answer: Asset;
    readonly problems: CommonProblem | CommandProblem | 'asset_already_inactive' | 'asset_code_reserved' | 'asset_unknown' | 'deactivation_in_past' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly proveConsistency: {
    readonly params: Nothing;
    readonly query: ProveConsistencyQuery;
    readonly body: undefined;
    readonly answer: ProveConsistencyAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'tree_head_unknown' | 'view_behind';
  };
  readonly listEvents: {
    readonly params: Nothing;
    readonly query: ListEventsQuery;
    readonly body: undefined;
    readonly answer: ListEventsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly proveEvent: {
    readonly params: { readonly eventId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ProveEventAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'event_not_sealed' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listTreeHeads: {
    readonly params: Nothing;
    readonly query: ListTreeHeadsQuery;
    readonly body: undefined;
    readonly answer: ListTreeHeadsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly listBulkPayments: {
    readonly params: Nothing;
    readonly query: ListBulkPaymentsQuery;
    readonly body: undefined;
    readonly answer: ListBulkPaymentsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly createBulkPayment: {
    readonly params: Nothing;
    readonly query: CreateBulkPaymentQuery;
    readonly body: FileBody<'application/x-ndjson' | 'application/xml' | 'text/xml'>;
    readonly answer: BulkPayment;
    readonly problems: CommonProblem | CommandProblem | 'bulk_debtor_unknown' | 'bulk_file_invalid' | 'bulk_payment_exists_with_different_content' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getBulkPayment: {
    readonly params: { readonly bulkId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: BulkPayment;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listBulkPaymentLines: {
    readonly params: { readonly bulkId: string };
    readonly query: ListBulkPaymentLinesQuery;
    readonly body: undefined;
    readonly answer: ListBulkPaymentLinesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly returnBulkPaymentLine: {
    readonly params: { readonly bulkId: string; readonly line: number };
    readonly query: Nothing;
    readonly body: BulkLineReturn;
    readonly answer: BulkPayment;
    readonly problems: CommonProblem | CommandProblem | 'day_closed' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly reviewBulkPaymentLine: {
    readonly params: { readonly bulkId: string; readonly line: number };
    readonly query: Nothing;
    readonly body: BulkLineReview;
    readonly answer: BulkPayment;
    readonly problems: CommonProblem | CommandProblem | 'bulk_line_not_in_review' | 'bulk_payment_unknown' | 'malformed_json' | 'not_found' | 'reviewer_is_creator' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getBulkPaymentReport: {
    readonly params: { readonly bulkId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: string;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listCardDeposits: {
    readonly params: Nothing;
    readonly query: ListCardDepositsQuery;
    readonly body: undefined;
    readonly answer: ListCardDepositsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly createCardDeposit: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: CardDepositRequest;
    readonly answer: CardDeposit;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'card_asset_not_supported' | 'card_deposit_exists_with_different_content' | 'day_closed' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'mandate_missing' | 'not_found' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getCardDeposit: {
    readonly params: { readonly depositId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: CardDeposit;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listCardPayouts: {
    readonly params: Nothing;
    readonly query: ListCardPayoutsQuery;
    readonly body: undefined;
    readonly answer: ListCardPayoutsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getCardPayout: {
    readonly params: { readonly payoutId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: CardPayout;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly verifyCertificate: {
    readonly params: { readonly number: string };
    readonly query: VerifyCertificateQuery;
    readonly body: undefined;
    readonly answer: CertificateVerification;
    readonly problems: 'deadline_exceeded' | 'headers_too_large' | 'internal_fault' | 'malformed_request' | 'not_found' | 'overloaded' | 'rate_limited' | 'request_timeout' | 'text_not_storable' | 'validation_failed';
  };
  readonly listInvestments: {
    readonly params: Nothing;
    readonly query: ListInvestmentsQuery;
    readonly body: undefined;
    readonly answer: ListInvestmentsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly requestInvestment: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: InvestmentRequest;
    readonly answer: Investment;
    readonly problems: CommonProblem | CommandProblem | 'account_not_of_investor' | 'idempotency_key_required' | 'investment_above_maximum' | 'investment_below_minimum' | 'investment_exists_with_different_content' | 'investor_unknown' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'ownership_cap_exceeded' | 'payment_asset_differs' | 'payment_method_unavailable' | 'round_not_open' | 'round_unknown' | 'shares_not_available' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getInvestment: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Investment;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly getInvestmentAgreement: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Uint8Array<ArrayBuffer>;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly signInvestmentAgreement: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: AgreementSignature;
    readonly answer: Investment;
    readonly problems: CommonProblem | CommandProblem | 'agreement_differs' | 'agreement_not_drawn_up' | 'investment_over' | 'investment_unknown' | 'malformed_json' | 'not_found' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly cancelInvestment: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Investment;
    readonly problems: CommonProblem | CommandProblem | 'investment_not_cancellable' | 'investment_unknown' | 'not_found';
  };
  readonly getCertificate: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Uint8Array<ArrayBuffer>;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly getInvestmentPayment: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: InvestmentPayment;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly recordInvestmentPayment: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: InvestmentPaymentRecord;
    readonly answer: Investment;
    readonly problems: CommonProblem | CommandProblem | 'account_unknown' | 'agreement_not_signed' | 'investment_not_awaiting_payment' | 'investment_unknown' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly checkInvestmentPayment: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: InvestmentPayment;
    readonly problems: CommonProblem | CommandProblem | 'not_found';
  };
  readonly getInvestmentRefund: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: InvestmentRefund;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly requestInvestmentRefund: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: InvestmentRefundRequest;
    readonly answer: Investment;
    readonly problems: CommonProblem | CommandProblem | 'investment_not_refundable' | 'investment_refund_exists_with_different_content' | 'investment_refund_under_way' | 'investment_refund_window_over' | 'investment_unknown' | 'malformed_json' | 'not_found' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly reviewInvestmentRefund: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: InvestmentReview;
    readonly answer: Investment;
    readonly problems: CommonProblem | CommandProblem | 'investment_refund_not_in_review' | 'investment_refund_unknown' | 'investment_unknown' | 'malformed_json' | 'not_found' | 'reviewer_is_requester' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly reviewInvestment: {
    readonly params: { readonly investmentId: string };
    readonly query: Nothing;
    readonly body: InvestmentReview;
    readonly answer: Investment;
    readonly problems: CommonProblem | CommandProblem | 'investment_not_in_review' | 'investment_unknown' | 'malformed_json' | 'not_found' | 'reviewer_is_requester' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getDueDiligenceRequirement: {
    readonly params: { readonly partyId: string };
    readonly query: GetDueDiligenceRequirementQuery;
    readonly body: undefined;
    readonly answer: DueDiligenceRequirement;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly getInvestorStatement: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: InvestorStatement;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly printInvestorStatement: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Uint8Array<ArrayBuffer>;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly getOffering: {
    readonly params: { readonly round: number };
    readonly query: GetOfferingQuery;
    readonly body: undefined;
    readonly answer: PricingRound;
    readonly problems: 'deadline_exceeded' | 'headers_too_large' | 'internal_fault' | 'malformed_request' | 'not_found' | 'overloaded' | 'rate_limited' | 'request_timeout' | 'text_not_storable' | 'validation_failed';
  };
  readonly listPricingRounds: {
    readonly params: Nothing;
    readonly query: ListPricingRoundsQuery;
    readonly body: undefined;
    readonly answer: ListPricingRoundsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly openPricingRound: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: PricingRoundOpening;
    readonly answer: PricingRound;
    readonly problems: CommonProblem | CommandProblem | 'account_exists_with_different_terms' | 'asset_not_registered' | 'day_closed' | 'entity_unknown' | 'malformed_json' | 'round_exists_with_different_terms' | 'round_limits_crossed' | 'round_period_empty' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getPricingRound: {
    readonly params: { readonly round: number };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: PricingRound;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly closePricingRound: {
    readonly params: { readonly round: number };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: PricingRound;
    readonly problems: CommonProblem | CommandProblem | 'round_unknown' | 'staff_only';
  };
  readonly getShareRegister: {
    readonly params: { readonly round: number };
    readonly query: GetShareRegisterQuery;
    readonly body: undefined;
    readonly answer: GetShareRegisterAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly convert: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: ConversionRequest;
    readonly answer: Journal;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'announcement_not_of_credited_account' | 'announcement_not_open' | 'announcement_unknown' | 'balance_out_of_range' | 'capture_exceeds_debit' | 'capture_exceeds_hold' | 'day_closed' | 'hold_not_active' | 'hold_not_of_debited_account' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'quote_expired' | 'quote_unknown' | 'quote_used' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listCryptoDeposits: {
    readonly params: Nothing;
    readonly query: ListCryptoDepositsQuery;
    readonly body: undefined;
    readonly answer: ListCryptoDepositsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly createCryptoDeposit: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: CryptoDepositRequest;
    readonly answer: CryptoDeposit;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'crypto_amount_too_fine' | 'crypto_asset_not_supported' | 'crypto_deposit_exists_with_different_content' | 'day_closed' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'mandate_missing' | 'not_found' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getCryptoDeposit: {
    readonly params: { readonly depositId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: CryptoDeposit;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listBreaks: {
    readonly params: Nothing;
    readonly query: ListBreaksQuery;
    readonly body: undefined;
    readonly answer: ListBreaksAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getBreak: {
    readonly params: { readonly breakId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Break;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly approveCorrection: {
    readonly params: { readonly breakId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Break;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'break_decided_by_proposer' | 'break_not_open' | 'break_unknown' | 'break_without_proposal' | 'day_closed' | 'insufficient_funds' | 'not_found' | 'staff_only';
  };
  readonly explainBreak: {
    readonly params: { readonly breakId: string };
    readonly query: Nothing;
    readonly body: ExplainBreakBody;
    readonly answer: Break;
    readonly problems: CommonProblem | CommandProblem | 'break_not_open' | 'break_offset_unfit' | 'break_still_differs' | 'break_unknown' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly proposeCorrection: {
    readonly params: { readonly breakId: string };
    readonly query: Nothing;
    readonly body: ProposeCorrectionBody;
    readonly answer: Break;
    readonly problems: CommonProblem | CommandProblem | 'break_counter_account_unfit' | 'break_has_proposal' | 'break_not_open' | 'break_unknown' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly rejectCorrection: {
    readonly params: { readonly breakId: string };
    readonly query: Nothing;
    readonly body: RejectCorrectionBody;
    readonly answer: Break;
    readonly problems: CommonProblem | CommandProblem | 'break_decided_by_proposer' | 'break_not_open' | 'break_unknown' | 'break_without_proposal' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listReconciliations: {
    readonly params: Nothing;
    readonly query: ListReconciliationsQuery;
    readonly body: undefined;
    readonly answer: ListReconciliationsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly settleCustodians: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: SettleCustodiansBody;
    readonly answer: CustodianSettlement;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listCustodianTransfers: {
    readonly params: Nothing;
    readonly query: ListCustodianTransfersQuery;
    readonly body: undefined;
    readonly answer: ListCustodianTransfersAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly requestCustodianTransfer: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: RequestCustodianTransferBody;
    readonly answer: CustodianTransfer;
    readonly problems: CommonProblem | CommandProblem | 'idempotency_key_required' | 'malformed_json' | 'staff_only' | 'transfer_amount_above_limits' | 'transfer_bank_unusable' | 'transfer_exists_with_different_content' | 'transfer_house_account_missing' | 'transfer_nostro_missing' | 'transfer_without_route' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getCustodianTransfer: {
    readonly params: { readonly transferId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: CustodianTransfer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly listCustodians: {
    readonly params: Nothing;
    readonly query: ListCustodiansQuery;
    readonly body: undefined;
    readonly answer: ListCustodiansAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly registerCustodian: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: RegisterCustodianBody;
    readonly answer: PartnerBank;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'partner_bank_exists_with_different_terms' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getCustodian: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: PartnerBank;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getCustodianBalances: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: GetCustodianBalancesAnswer;
    readonly problems: CommonProblem | 'bank_not_reachable' | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getCustodianHealth: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: PartnerBankHealth;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly assignNostro: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: AssignNostroBody;
    readonly answer: PartnerBank;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'nostro_account_unfit' | 'nostro_exists_with_different_account' | 'not_found' | 'partner_bank_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly reconcileCustodian: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: ReconcileCustodianBody;
    readonly answer: ReconcileCustodianAnswer;
    readonly problems: CommonProblem | CommandProblem | 'bank_not_reachable' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly resumeCustodian: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: PartnerBank;
    readonly problems: CommonProblem | CommandProblem | 'not_found' | 'partner_bank_unknown' | 'staff_only';
  };
  readonly suspendCustodian: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: SuspendCustodianBody;
    readonly answer: PartnerBank;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'not_found' | 'partner_bank_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly changeCustodianTerms: {
    readonly params: { readonly bank: string };
    readonly query: Nothing;
    readonly body: ChangeCustodianTermsBody;
    readonly answer: PartnerBank;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'partner_bank_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly recordDeposit: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: DepositRequest;
    readonly answer: Deposit;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'deposit_exists_with_different_content' | 'house_account_expected' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_malformed' | 'journal_unbalanced' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listDisputes: {
    readonly params: Nothing;
    readonly query: ListDisputesQuery;
    readonly body: undefined;
    readonly answer: ListDisputesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getDispute: {
    readonly params: { readonly disputeId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Dispute;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly acceptDispute: {
    readonly params: { readonly disputeId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Dispute;
    readonly problems: CommonProblem | CommandProblem | 'dispute_answer_under_way' | 'dispute_not_answerable' | 'dispute_unknown' | 'not_found' | 'staff_only';
  };
  readonly submitDisputeEvidence: {
    readonly params: { readonly disputeId: string };
    readonly query: Nothing;
    readonly body: DisputeEvidence;
    readonly answer: Dispute;
    readonly problems: CommonProblem | CommandProblem | 'dispute_answer_under_way' | 'dispute_not_answerable' | 'dispute_unknown' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly writeOffDispute: {
    readonly params: { readonly disputeId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Dispute;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'dispute_has_no_debt' | 'dispute_not_lost' | 'dispute_unknown' | 'dispute_write_off_not_proposed' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'not_found' | 'proposer_may_not_write_off' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'staff_only';
  };
  readonly proposeDisputeWriteOff: {
    readonly params: { readonly disputeId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Dispute;
    readonly problems: CommonProblem | CommandProblem | 'dispute_has_no_debt' | 'dispute_not_lost' | 'dispute_unknown' | 'not_found' | 'staff_only';
  };
  readonly listEntities: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListEntitiesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly openEntity: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: EntityRequest;
    readonly answer: Entity;
    readonly problems: CommonProblem | CommandProblem | 'entity_exists_with_different_terms' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getEntity: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Entity;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'entity_unknown' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getBankDetails: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: BankDetails;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly setBankDetails: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: SetBankDetailsBody;
    readonly answer: BankDetails;
    readonly problems: CommonProblem | CommandProblem | 'bank_code_malformed' | 'bank_code_taken' | 'bank_details_exist_with_different_terms' | 'entity_unknown' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly closeBusinessDay: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: BusinessDayRequest;
    readonly answer: Entity;
    readonly problems: CommonProblem | CommandProblem | 'day_not_after_last' | 'day_not_business_day' | 'day_not_open' | 'day_still_open' | 'day_too_far_ahead' | 'entity_unknown' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly openBusinessDay: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: BusinessDayRequest;
    readonly answer: Entity;
    readonly problems: CommonProblem | CommandProblem | 'day_not_after_last' | 'day_not_business_day' | 'day_not_open' | 'day_still_open' | 'day_too_far_ahead' | 'entity_unknown' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getChart: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ChartPlace;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'entity_unknown' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly openHouseAccount: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: OpenHouseAccountBody;
    readonly answer: HouseAccount;
    readonly problems: CommonProblem | CommandProblem | 'account_exists_with_different_terms' | 'chart_code_unknown' | 'entity_unknown' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly revalueEntity: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: BusinessDayRequest;
    readonly answer: RevalueEntityAnswer;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'announcement_not_of_credited_account' | 'announcement_not_open' | 'announcement_unknown' | 'balance_out_of_range' | 'capture_exceeds_debit' | 'capture_exceeds_hold' | 'day_closed' | 'day_not_open' | 'entity_unknown' | 'hold_not_active' | 'hold_not_of_debited_account' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'malformed_json' | 'rate_date_in_future' | 'rate_stale' | 'rate_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'valuation_missing' | 'view_behind';
  };
  readonly getTrialBalance: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: GetTrialBalanceAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'entity_unknown' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly listEventTypes: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListEventTypesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly getEventType: {
    readonly params: { readonly name: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: EventType;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listHolds: {
    readonly params: Nothing;
    readonly query: ListHoldsQuery;
    readonly body: undefined;
    readonly answer: ListHoldsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly placeHold: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: HoldRequest;
    readonly answer: Hold;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_debits_blocked' | 'account_has_no_floor' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'hold_amount_below_captured' | 'hold_exists_with_different_terms' | 'hold_expiry_in_past' | 'hold_not_active' | 'hold_not_due' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getHold: {
    readonly params: { readonly holdId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Hold;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'hold_unknown' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly captureHold: {
    readonly params: { readonly holdId: string };
    readonly query: Nothing;
    readonly body: CaptureRequest;
    readonly answer: Journal;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'announcement_not_of_credited_account' | 'announcement_not_open' | 'announcement_unknown' | 'balance_out_of_range' | 'capture_exceeds_debit' | 'capture_exceeds_hold' | 'day_closed' | 'hold_not_active' | 'hold_not_of_debited_account' | 'hold_not_yours' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly expireHold: {
    readonly params: { readonly holdId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Hold;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_debits_blocked' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'hold_amount_below_captured' | 'hold_exists_with_different_terms' | 'hold_expiry_in_past' | 'hold_not_active' | 'hold_not_due' | 'hold_not_yours' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found';
  };
  readonly increaseHold: {
    readonly params: { readonly holdId: string };
    readonly query: Nothing;
    readonly body: IncreaseHoldBody;
    readonly answer: Hold;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_debits_blocked' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'hold_amount_below_captured' | 'hold_exists_with_different_terms' | 'hold_expiry_in_past' | 'hold_not_active' | 'hold_not_due' | 'hold_not_yours' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly voidHold: {
    readonly params: { readonly holdId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Hold;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_debits_blocked' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'hold_amount_below_captured' | 'hold_exists_with_different_terms' | 'hold_expiry_in_past' | 'hold_not_active' | 'hold_not_due' | 'hold_not_yours' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found';
  };
  readonly announceIncoming: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: IncomingRequest;
    readonly answer: Incoming;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_has_no_floor' | 'account_unknown' | 'amount_not_positive' | 'announcement_exists_with_different_terms' | 'announcement_not_open' | 'announcement_unknown' | 'idempotency_key_required' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getIncomingAnnouncement: {
    readonly params: { readonly announcementId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Incoming;
    readonly problems: CommonProblem | 'announcement_unknown' | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly withdrawAnnouncement: {
    readonly params: { readonly announcementId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Incoming;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_has_no_floor' | 'account_unknown' | 'amount_not_positive' | 'announcement_exists_with_different_terms' | 'announcement_not_open' | 'announcement_unknown' | 'idempotency_key_required' | 'staff_only';
  };
  readonly listIncomingPayments: {
    readonly params: Nothing;
    readonly query: ListIncomingPaymentsQuery;
    readonly body: undefined;
    readonly answer: ListIncomingPaymentsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly receivePayment: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: IncomingPaymentRequest;
    readonly answer: IncomingPayment;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'idempotency_key_required' | 'incoming_payment_exists_with_different_content' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getIncomingPayment: {
    readonly params: { readonly incomingId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: IncomingPayment;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly reviewIncomingPayment: {
    readonly params: { readonly incomingId: string };
    readonly query: Nothing;
    readonly body: IncomingPaymentReview;
    readonly answer: IncomingPayment;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'incoming_payment_exists_with_different_content' | 'incoming_payment_not_in_review' | 'incoming_payment_unknown' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'not_found' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'reviewer_is_recorder' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly acceptInvitation: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: AcceptInvitationBody;
    readonly answer: User;
    readonly problems: 'body_too_large' | 'headers_too_large' | 'internal_fault' | 'invitation_invalid' | 'malformed_json' | 'malformed_request' | 'outcome_unknown' | 'overloaded' | 'password_too_common' | 'rate_limited' | 'request_timeout' | 'text_not_storable' | 'unsupported_encoding' | 'unsupported_media_type' | 'validation_failed';
  };
  readonly listJournals: {
    readonly params: Nothing;
    readonly query: ListJournalsQuery;
    readonly body: undefined;
    readonly answer: ListJournalsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly postJournal: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: JournalRequest;
    readonly answer: Journal;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'announcement_not_of_credited_account' | 'announcement_not_open' | 'announcement_unknown' | 'balance_out_of_range' | 'capture_exceeds_debit' | 'capture_exceeds_hold' | 'day_closed' | 'hold_not_active' | 'hold_not_of_debited_account' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getJournal: {
    readonly params: { readonly journalId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: JournalStory;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'journal_unknown' | 'position_unknown' | 'view_behind';
  };
  readonly reverseJournal: {
    readonly params: { readonly journalId: string };
    readonly query: Nothing;
    readonly body: ReversalRequest;
    readonly answer: Journal;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'announcement_not_of_credited_account' | 'announcement_not_open' | 'announcement_unknown' | 'balance_out_of_range' | 'capture_exceeds_debit' | 'capture_exceeds_hold' | 'day_closed' | 'hold_not_active' | 'hold_not_of_debited_account' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'reversal_exceeds_original' | 'reversal_line_unknown' | 'reversal_not_reversible' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getBalances: {
    readonly params: { readonly accountId: LedgerAccountId };
    readonly query: GetBalancesQuery;
    readonly body: undefined;
    readonly answer: Balances;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listBlocks: {
    readonly params: { readonly accountId: LedgerAccountId };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListBlocksAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly placeBlock: {
    readonly params: { readonly accountId: LedgerAccountId };
    readonly query: Nothing;
    readonly body: AccountBlockRequest;
    readonly answer: AccountBlock;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_has_no_floor' | 'account_unknown' | 'block_exists_with_different_terms' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly liftBlock: {
    readonly params: { readonly accountId: LedgerAccountId; readonly blockId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: AccountBlock;
    readonly problems: CommonProblem | CommandProblem | 'account_unknown' | 'block_unknown' | 'staff_only';
  };
  readonly setOverdraftLimit: {
    readonly params: { readonly accountId: LedgerAccountId };
    readonly query: Nothing;
    readonly body: SetOverdraftLimitBody;
    readonly answer: SetOverdraftLimitAnswer;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_has_no_floor' | 'account_under_product' | 'account_unknown' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listMandates: {
    readonly params: Nothing;
    readonly query: ListMandatesQuery;
    readonly body: undefined;
    readonly answer: ListMandatesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly grantMandate: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: MandateGrant;
    readonly answer: Mandate;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'mandate_exists_with_different_content' | 'mandate_period_empty' | 'party_erased' | 'party_not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getMandate: {
    readonly params: { readonly mandateId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Mandate;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly changeMandateLimits: {
    readonly params: { readonly mandateId: string };
    readonly query: Nothing;
    readonly body: MandateLimits;
    readonly answer: Mandate;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'mandate_not_found' | 'mandate_revoked' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly revokeMandate: {
    readonly params: { readonly mandateId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Mandate;
    readonly problems: CommonProblem | CommandProblem | 'mandate_not_found' | 'staff_only';
  };
  readonly getMe: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: User;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly changeOwnPassword: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: ChangeOwnPasswordBody;
    readonly answer: User;
    readonly problems: CommonProblem | 'body_too_large' | 'malformed_json' | 'not_found' | 'outcome_unknown' | 'password_too_common' | 'password_wrong' | 'tenant_suspended' | 'unsupported_encoding' | 'unsupported_media_type' | 'user_not_active' | 'user_unknown';
  };
  readonly proposeSecondFactor: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ProposedSecondFactor;
    readonly problems: CommonProblem | CommandProblem | 'not_found' | 'second_factor_in_force' | 'user_not_active' | 'user_unknown';
  };
  readonly confirmSecondFactor: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: ConfirmSecondFactorBody;
    readonly answer: ConfirmedSecondFactor;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'not_found' | 'second_factor_code_wrong' | 'second_factor_in_force' | 'second_factor_not_proposed' | 'unsupported_encoding' | 'unsupported_media_type' | 'user_not_active' | 'user_unknown';
  };
  readonly listOwnSessions: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListOwnSessionsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly revokeOwnSession: {
    readonly params: { readonly sessionId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Session;
    readonly problems: CommonProblem | CommandProblem | 'session_unknown';
  };
  readonly introspectAccessToken: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: IntrospectAccessTokenBody;
    readonly answer: IntrospectedToken;
    readonly problems: 'body_too_large' | 'headers_too_large' | 'internal_fault' | 'malformed_json' | 'malformed_request' | 'outcome_unknown' | 'overloaded' | 'rate_limited' | 'request_timeout' | 'text_not_storable' | 'unsupported_encoding' | 'unsupported_media_type' | 'validation_failed';
  };
  readonly revokeAccessToken: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: RevokeAccessTokenBody;
    readonly answer: Uint8Array<ArrayBuffer>;
    readonly problems: 'body_too_large' | 'headers_too_large' | 'internal_fault' | 'malformed_json' | 'malformed_request' | 'outcome_unknown' | 'overloaded' | 'rate_limited' | 'request_timeout' | 'text_not_storable' | 'unsupported_encoding' | 'unsupported_media_type' | 'validation_failed';
  };
  readonly issueAccessToken: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: IssueAccessTokenBody;
    readonly answer: AccessToken;
    readonly problems: 'body_too_large' | 'headers_too_large' | 'internal_fault' | 'malformed_json' | 'malformed_request' | 'outcome_unknown' | 'overloaded' | 'rate_limited' | 'request_timeout' | 'text_not_storable' | 'unsupported_encoding' | 'unsupported_media_type' | 'validation_failed';
  };
  readonly getAuthorizationServerMetadata: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: AuthorizationServerMetadata;
    readonly problems: 'deadline_exceeded' | 'headers_too_large' | 'internal_fault' | 'malformed_request' | 'overloaded' | 'rate_limited' | 'request_timeout' | 'text_not_storable' | 'validation_failed';
  };
  readonly listParties: {
    readonly params: Nothing;
    readonly query: ListPartiesQuery;
    readonly body: undefined;
    readonly answer: ListPartiesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly registerParty: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: PartyRegistration;
    readonly answer: Party;
    readonly problems: CommonProblem | CommandProblem | 'details_do_not_fit_kind' | 'malformed_json' | 'party_erased' | 'party_exists_with_different_content' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getParty: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Party;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly changeParty: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: PartyChange;
    readonly answer: Party;
    readonly problems: CommonProblem | 'body_too_large' | 'details_do_not_fit_kind' | 'malformed_json' | 'outcome_unknown' | 'party_erased' | 'party_not_found' | 'staff_only' | 'tenant_suspended' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getBankAllocation: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: BankAllocation;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly setBankAllocation: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: SetBankAllocationBody;
    readonly answer: BankAllocation;
    readonly problems: CommonProblem | CommandProblem | 'allocation_bank_repeated' | 'allocation_bank_unusable' | 'allocation_not_whole' | 'allocation_party_unknown' | 'allocation_primary_without_share' | 'malformed_json' | 'not_found' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly previewBankAllocation: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: PreviewBankAllocationBody;
    readonly answer: BankAllocationPreview;
    readonly problems: CommonProblem | 'body_too_large' | 'malformed_json' | 'not_found' | 'outcome_unknown' | 'tenant_suspended' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly eraseParty: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: Erasure;
    readonly answer: Party;
    readonly problems: CommonProblem | CommandProblem | 'erasure_refused_retention' | 'malformed_json' | 'party_not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly setPartyKyc: {
    readonly params: { readonly partyId: string };
    readonly query: Nothing;
    readonly body: KycStatement;
    readonly answer: Party;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'party_erased' | 'party_not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly verifyPayee: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: PayeeToVerify;
    readonly answer: PayeeVerification;
    readonly problems: CommonProblem | 'body_too_large' | 'malformed_json' | 'outcome_unknown' | 'rail_not_found' | 'tenant_suspended' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listPaymentRequests: {
    readonly params: Nothing;
    readonly query: ListPaymentRequestsQuery;
    readonly body: undefined;
    readonly answer: ListPaymentRequestsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly createPaymentRequest: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: PaymentRequestToMake;
    readonly answer: RequestedPayment;
    readonly problems: CommonProblem | CommandProblem | 'account_unknown' | 'malformed_json' | 'mandate_missing' | 'not_found' | 'payment_request_exists_with_different_content' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getPaymentRequest: {
    readonly params: { readonly requestId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: RequestedPayment;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly payPaymentRequest: {
    readonly params: { readonly requestId: string };
    readonly query: Nothing;
    readonly body: PaymentRequestPayment;
    readonly answer: RequestedPayment;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'payment_request_over' | 'payment_request_unknown' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly declinePaymentRequest: {
    readonly params: { readonly requestId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: RequestedPayment;
    readonly problems: CommonProblem | CommandProblem | 'not_found' | 'payment_request_over' | 'payment_request_unknown';
  };
  readonly listPayments: {
    readonly params: Nothing;
    readonly query: ListPaymentsQuery;
    readonly body: undefined;
    readonly answer: ListPaymentsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly createPayment: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: PaymentRequest;
    readonly answer: Payment;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'creditor_account_missing' | 'creditor_takes_no_credits' | 'day_closed' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'payee_not_matched' | 'payment_exists_with_different_content' | 'payment_refused' | 'rail_not_found' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getPayment: {
    readonly params: { readonly paymentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Payment;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly cancelPayment: {
    readonly params: { readonly paymentId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Payment;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'mandate_missing' | 'not_found' | 'payment_not_cancellable' | 'payment_unknown' | 'reversal_exceeds_original' | 'reversal_not_reversible';
  };
  readonly returnPayment: {
    readonly params: { readonly paymentId: string };
    readonly query: Nothing;
    readonly body: PaymentReturn;
    readonly answer: Payment;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'not_found' | 'payment_already_returned' | 'payment_not_returnable' | 'payment_unknown' | 'return_exceeds_payment' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly reviewPayment: {
    readonly params: { readonly paymentId: string };
    readonly query: Nothing;
    readonly body: PaymentReview;
    readonly answer: Payment;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'not_found' | 'payment_not_in_review' | 'payment_unknown' | 'reviewer_is_creator' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listPersonalDataLooks: {
    readonly params: Nothing;
    readonly query: ListPersonalDataLooksQuery;
    readonly body: undefined;
    readonly answer: ListPersonalDataLooksAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly listProducts: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListProductsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly publishProduct: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: PublishProductBody;
    readonly answer: ProductVersion;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'product_version_exists_with_different_terms' | 'product_version_not_next' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getProduct: {
    readonly params: { readonly product: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: GetProductAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly listProviderDays: {
    readonly params: Nothing;
    readonly query: ListProviderDaysQuery;
    readonly body: undefined;
    readonly answer: ListProviderDaysAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getProviderDay: {
    readonly params: { readonly dayId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ProviderDay;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly listProviderHealth: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListProviderHealthAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly switchBreaker: {
    readonly params: { readonly provider: string; readonly operation: string };
    readonly query: Nothing;
    readonly body: SwitchBreakerBody;
    readonly answer: SwitchBreakerAnswer;
    readonly problems: CommonProblem | CommandProblem | 'breakers_belong_to_platform' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly issueQuote: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: QuoteRequest;
    readonly answer: Quote;
    readonly problems: CommonProblem | CommandProblem | 'entity_unknown' | 'malformed_json' | 'quote_amount_too_small' | 'quote_exists_with_different_terms' | 'quote_rate_malformed' | 'quote_same_asset' | 'rate_date_in_future' | 'rate_stale' | 'rate_unknown' | 'unsupported_encoding' | 'unsupported_media_type' | 'view_behind';
  };
  readonly getQuote: {
    readonly params: { readonly quoteId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Quote;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'quote_unknown' | 'view_behind';
  };
  readonly fetchRates: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: FetchRatesBody;
    readonly answer: FetchRatesAnswer;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'rates_belong_to_platform' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly importRates: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: FileBody<'application/xml' | 'text/csv' | 'text/xml'>;
    readonly answer: RateImport;
    readonly problems: CommonProblem | CommandProblem | 'rate_file_unreadable' | 'rates_belong_to_platform' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listRateProviders: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListRateProvidersAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly publishManualRate: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: PublishManualRateBody;
    readonly answer: ManualRate;
    readonly problems: CommonProblem | CommandProblem | 'idempotency_key_required' | 'malformed_json' | 'rate_asset_unknown' | 'rate_exists_with_different_content' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getRate: {
    readonly params: { readonly from: AssetCode; readonly to: AssetCode };
    readonly query: GetRateQuery;
    readonly body: undefined;
    readonly answer: ExchangeRate;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'rate_date_in_future' | 'rate_stale' | 'rate_unknown' | 'view_behind';
  };
  readonly listRates: {
    readonly params: { readonly from: AssetCode; readonly to: AssetCode };
    readonly query: ListRatesQuery;
    readonly body: undefined;
    readonly answer: ListRatesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly authorizeChannel: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: AuthorizeChannelBody;
    readonly answer: AuthorizeChannelAnswer;
    readonly problems: CommonProblem | 'body_too_large' | 'channel_not_allowed' | 'malformed_json' | 'outcome_unknown' | 'position_unknown' | 'tenant_suspended' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getRefundPolicy: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: RefundPolicy;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly setRefundPolicy: {
    readonly params: { readonly entity: string };
    readonly query: Nothing;
    readonly body: RefundPolicyRequest;
    readonly answer: RefundPolicy;
    readonly problems: CommonProblem | CommandProblem | 'entity_unknown' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listRefunds: {
    readonly params: Nothing;
    readonly query: ListRefundsQuery;
    readonly body: undefined;
    readonly answer: ListRefundsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'view_behind';
  };
  readonly requestRefund: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: RefundRequest;
    readonly answer: Refund;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'payment_not_refundable' | 'refund_address_missing' | 'refund_asset_differs' | 'refund_exceeds_remainder' | 'refund_exists_with_different_content' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getRefund: {
    readonly params: { readonly refundId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Refund;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly cancelRefund: {
    readonly params: { readonly refundId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Refund;
    readonly problems: CommonProblem | CommandProblem | 'mandate_missing' | 'not_found' | 'refund_not_cancellable' | 'refund_unknown';
  };
  readonly returnRefund: {
    readonly params: { readonly refundId: string };
    readonly query: Nothing;
    readonly body: RefundReturn;
    readonly answer: Refund;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'not_found' | 'refund_not_returnable' | 'refund_unknown' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly reviewRefund: {
    readonly params: { readonly refundId: string };
    readonly query: Nothing;
    readonly body: RefundReview;
    readonly answer: Refund;
    readonly problems: CommonProblem | CommandProblem | 'approver_is_requester' | 'malformed_json' | 'not_found' | 'refund_not_awaiting_approval' | 'refund_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listRoles: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListRolesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly defineRole: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: DefineRoleBody;
    readonly answer: Role;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'role_is_built_in' | 'scope_not_held' | 'scope_unknown' | 'staff_only' | 'unmasked_not_held' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getRole: {
    readonly params: { readonly role: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Role;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly retireRole: {
    readonly params: { readonly role: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: Role;
    readonly problems: CommonProblem | CommandProblem | 'role_is_built_in' | 'role_unknown' | 'staff_only';
  };
  readonly listSagas: {
    readonly params: Nothing;
    readonly query: ListSagasQuery;
    readonly body: undefined;
    readonly answer: ListSagasAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getSaga: {
    readonly params: { readonly sagaId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: GetSagaAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'saga_unknown' | 'staff_only' | 'view_behind';
  };
  readonly cancelSaga: {
    readonly params: { readonly sagaId: string };
    readonly query: Nothing;
    readonly body: CancelSagaBody;
    readonly answer: CancelSagaAnswer;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'saga_ended' | 'saga_past_return' | 'saga_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly resumeSaga: {
    readonly params: { readonly sagaId: string };
    readonly query: Nothing;
    readonly body: ResumeSagaBody;
    readonly answer: ResumeSagaAnswer;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'saga_ended' | 'saga_not_parked' | 'saga_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly retrySaga: {
    readonly params: { readonly sagaId: string };
    readonly query: Nothing;
    readonly body: RetrySagaBody;
    readonly answer: RetrySagaAnswer;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'saga_ended' | 'saga_not_parked' | 'saga_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listSecurityEvents: {
    readonly params: Nothing;
    readonly query: ListSecurityEventsQuery;
    readonly body: undefined;
    readonly answer: ListSecurityEventsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly logIn: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: LogInBody;
    readonly answer: OpenedSession;
    readonly problems: 'body_too_large' | 'headers_too_large' | 'internal_fault' | 'login_failed' | 'malformed_json' | 'malformed_request' | 'outcome_unknown' | 'overloaded' | 'rate_limited' | 'request_timeout' | 'second_factor_needed' | 'text_not_storable' | 'unsupported_encoding' | 'unsupported_media_type' | 'validation_failed';
  };
  readonly resumeStandingOrder: {
    readonly params: { readonly orderId: string };
    readonly query: Nothing;
    readonly body: OrderResumption;
    readonly answer: OrderSchedule;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'mandate_missing' | 'not_found' | 'standing_order_ended' | 'standing_order_unknown' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly getOrderSchedule: {
    readonly params: { readonly orderId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: OrderSchedule;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'view_behind';
  };
  readonly setOrderSchedule: {
    readonly params: { readonly orderId: string };
    readonly query: Nothing;
    readonly body: OrderScheduleTerms;
    readonly answer: OrderSchedule;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'mandate_missing' | 'not_found' | 'standing_order_ended' | 'standing_order_unknown' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly suspendStandingOrder: {
    readonly params: { readonly orderId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: OrderSchedule;
    readonly problems: CommonProblem | CommandProblem | 'mandate_missing' | 'not_found' | 'standing_order_ended' | 'standing_order_unknown';
  };
  readonly runStatements: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: StatementRunRequest;
    readonly answer: StatementRunReport;
    readonly problems: CommonProblem | CommandProblem | 'entity_unknown' | 'malformed_json' | 'staff_only' | 'statement_period_open' | 'unsupported_encoding' | 'unsupported_media_type' | 'view_behind';
  };
  readonly listStepUpPolicies: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ListStepUpPoliciesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly setStepUpPolicy: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: SetStepUpPolicyBody;
    readonly answer: StepUpPolicy;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'staff_only' | 'step_up_command_unknown' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly removeStepUpPolicy: {
    readonly params: { readonly command: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: StepUpPolicy;
    readonly problems: CommonProblem | CommandProblem | 'staff_only';
  };
  readonly listTenants: {
    readonly params: Nothing;
    readonly query: ListTenantsQuery;
    readonly body: undefined;
    readonly answer: ListTenantsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'platform_principal_required' | 'position_unknown' | 'view_behind';
  };
  readonly createTenant: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: CreateTenantBody;
    readonly answer: CreateTenantAnswer;
    readonly problems: CommonProblem | CommandProblem | 'idempotency_key_required' | 'malformed_json' | 'platform_principal_required' | 'tenant_exists_with_different_name' | 'tenant_is_platform' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly createTenantApiKey: {
    readonly params: { readonly tenantId: string };
    readonly query: Nothing;
    readonly body: CreateTenantApiKeyBody;
    readonly answer: CreateTenantApiKeyAnswer;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'acting_for_unknown' | 'api_key_exists_with_different_content' | 'expiry_in_past' | 'grants_missing' | 'idempotency_key_required' | 'malformed_json' | 'not_found' | 'platform_principal_required' | 'role_needs_party' | 'role_unknown' | 'scope_not_held' | 'scope_unknown' | 'token_makes_no_key' | 'unmasked_not_held' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly resumeTenant: {
    readonly params: { readonly tenantId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: ResumeTenantAnswer;
    readonly problems: CommonProblem | CommandProblem | 'idempotency_key_required' | 'not_found' | 'platform_principal_required' | 'tenant_is_platform' | 'tenant_unknown';
  };
  readonly suspendTenant: {
    readonly params: { readonly tenantId: string };
    readonly query: Nothing;
    readonly body: SuspendTenantBody;
    readonly answer: SuspendTenantAnswer;
    readonly problems: CommonProblem | CommandProblem | 'idempotency_key_required' | 'malformed_json' | 'not_found' | 'platform_principal_required' | 'tenant_is_platform' | 'tenant_unknown' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly createTransferBatch: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: TransferBatch;
    readonly answer: TransferBatchAnswer;
    readonly problems: CommonProblem | CommandProblem | 'account_unknown' | 'batch_too_large' | 'idempotency_key_required' | 'journal_malformed' | 'linked_journal_refused' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly createTransfer: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: Transfer;
    readonly answer: Journal;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'announcement_not_of_credited_account' | 'announcement_not_open' | 'announcement_unknown' | 'balance_out_of_range' | 'capture_exceeds_debit' | 'capture_exceeds_hold' | 'day_closed' | 'hold_not_active' | 'hold_not_of_debited_account' | 'hold_unknown' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listUsers: {
    readonly params: Nothing;
    readonly query: ListUsersQuery;
    readonly body: undefined;
    readonly answer: ListUsersAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly inviteUser: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: InviteUserBody;
    readonly answer: InvitedUser;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'acting_for_unknown' | 'email_taken' | 'idempotency_key_required' | 'malformed_json' | 'role_needs_party' | 'role_unknown' | 'scope_not_held' | 'staff_only' | 'unmasked_not_held' | 'unsupported_encoding' | 'unsupported_media_type' | 'user_exists_with_different_content';
  };
  readonly getUser: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: User;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly eraseUser: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: EraseUserBody;
    readonly answer: User;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'user_unknown';
  };
  readonly reinviteUser: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: InvitedUser;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'idempotency_key_required' | 'scope_not_held' | 'staff_only' | 'unmasked_not_held' | 'user_is_erased' | 'user_unknown';
  };
  readonly resumeUser: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: User;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'scope_not_held' | 'staff_only' | 'unmasked_not_held' | 'user_is_erased' | 'user_unknown';
  };
  readonly changeUserRoles: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: ChangeUserRolesBody;
    readonly answer: User;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'malformed_json' | 'role_needs_party' | 'role_unknown' | 'scope_not_held' | 'staff_only' | 'unmasked_not_held' | 'unsupported_encoding' | 'unsupported_media_type' | 'user_is_erased' | 'user_unknown';
  };
  readonly removeUserSecondFactor: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: User;
    readonly problems: CommonProblem | CommandProblem | 'acting_for_not_held' | 'scope_not_held' | 'staff_only' | 'unmasked_not_held' | 'user_is_erased' | 'user_unknown';
  };
  readonly endUserSessions: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: User;
    readonly problems: CommonProblem | CommandProblem | 'staff_only' | 'user_unknown';
  };
  readonly suspendUser: {
    readonly params: { readonly userId: string };
    readonly query: Nothing;
    readonly body: SuspendUserBody;
    readonly answer: User;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'user_unknown';
  };
  readonly listWebhookDeliveries: {
    readonly params: Nothing;
    readonly query: ListWebhookDeliveriesQuery;
    readonly body: undefined;
    readonly answer: ListWebhookDeliveriesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getWebhookDelivery: {
    readonly params: { readonly deliveryId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WebhookDeliveryStory;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly resendWebhookDelivery: {
    readonly params: { readonly deliveryId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | CommandProblem | 'not_found' | 'staff_only' | 'webhook_endpoint_deleted' | 'webhook_endpoint_disabled' | 'webhook_endpoint_unknown';
  };
  readonly listWebhookEndpoints: {
    readonly params: Nothing;
    readonly query: ListWebhookEndpointsQuery;
    readonly body: undefined;
    readonly answer: ListWebhookEndpointsAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly createWebhookEndpoint: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: CreateWebhookEndpointBody;
    readonly answer: WebhookEndpoint & Partial<WebhookEndpointWithSecret>;
    readonly problems: CommonProblem | CommandProblem | 'event_type_unknown' | 'idempotency_key_required' | 'malformed_json' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'webhook_endpoint_deleted' | 'webhook_endpoint_exists_with_different_content' | 'webhook_url_not_allowed';
  };
  readonly deleteWebhookEndpoint: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | 'body_too_large' | 'outcome_unknown' | 'staff_only' | 'tenant_suspended' | 'webhook_endpoint_unknown';
  };
  readonly getWebhookEndpoint: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly changeWebhookEndpoint: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: ChangeWebhookEndpointBody;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | 'body_too_large' | 'event_type_unknown' | 'malformed_json' | 'not_found' | 'outcome_unknown' | 'staff_only' | 'tenant_suspended' | 'unsupported_encoding' | 'unsupported_media_type' | 'webhook_endpoint_deleted' | 'webhook_endpoint_unknown' | 'webhook_url_not_allowed';
  };
  readonly pauseWebhookEndpoint: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | CommandProblem | 'staff_only' | 'webhook_endpoint_deleted' | 'webhook_endpoint_disabled' | 'webhook_endpoint_unknown';
  };
  readonly resendWebhooks: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: ResendWebhooksBody;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'not_found' | 'resend_time_empty' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'webhook_endpoint_deleted' | 'webhook_endpoint_disabled' | 'webhook_endpoint_unknown';
  };
  readonly resumeWebhookEndpoint: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | CommandProblem | 'staff_only' | 'webhook_endpoint_deleted' | 'webhook_endpoint_unknown';
  };
  readonly rotateWebhookSecret: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: RotateWebhookSecretBody;
    readonly answer: WebhookEndpointWithSecret;
    readonly problems: CommonProblem | CommandProblem | 'idempotency_key_required' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'webhook_endpoint_deleted' | 'webhook_endpoint_unknown' | 'webhook_secrets_too_many';
  };
  readonly testWebhookEndpoint: {
    readonly params: { readonly endpointId: string };
    readonly query: Nothing;
    readonly body: TestWebhookEndpointBody;
    readonly answer: WebhookEndpoint;
    readonly problems: CommonProblem | CommandProblem | 'event_type_unknown' | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'webhook_endpoint_deleted' | 'webhook_endpoint_disabled' | 'webhook_endpoint_unknown';
  };
  readonly listWebhookMessages: {
    readonly params: Nothing;
    readonly query: ListWebhookMessagesQuery;
    readonly body: undefined;
    readonly answer: ListWebhookMessagesAnswer;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly replayWebhookMessage: {
    readonly params: { readonly key: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WebhookMessage;
    readonly problems: CommonProblem | CommandProblem | 'staff_only' | 'webhook_message_under_way' | 'webhook_message_unknown';
  };
  readonly withdraw: {
    readonly params: Nothing;
    readonly query: Nothing;
    readonly body: WithdrawalRequest;
    readonly answer: Withdrawal;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'house_account_expected' | 'idempotency_key_required' | 'insufficient_funds' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'malformed_json' | 'mandate_limit_exceeded' | 'mandate_missing' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type';
  };
  readonly listWorkItems: {
    readonly params: Nothing;
    readonly query: ListWorkItemsQuery;
    readonly body: undefined;
    readonly answer: WorkItemPage;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly getWorkItem: {
    readonly params: { readonly workItemId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WorkItem;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly assignWorkItem: {
    readonly params: { readonly workItemId: string };
    readonly query: Nothing;
    readonly body: WorkItemAssignment;
    readonly answer: WorkItem;
    readonly problems: CommonProblem | CommandProblem | 'malformed_json' | 'not_found' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'work_item_already_resolved' | 'work_item_unknown';
  };
  readonly proposeForWorkItem: {
    readonly params: { readonly workItemId: string };
    readonly query: Nothing;
    readonly body: undefined;
    readonly answer: WorkItemProposals;
    readonly problems: CommonProblem | 'deadline_exceeded' | 'not_found' | 'position_unknown' | 'staff_only' | 'view_behind';
  };
  readonly resolveWorkItem: {
    readonly params: { readonly workItemId: string };
    readonly query: Nothing;
    readonly body: WorkItemResolution;
    readonly answer: WorkItem;
    readonly problems: CommonProblem | CommandProblem | 'account_closed' | 'account_credits_blocked' | 'account_debits_blocked' | 'account_pays_itself' | 'account_unknown' | 'amount_not_positive' | 'balance_out_of_range' | 'day_closed' | 'insufficient_funds' | 'journal_already_reversed' | 'journal_exists_with_different_content' | 'journal_malformed' | 'journal_unbalanced' | 'journal_unknown' | 'malformed_json' | 'not_found' | 'owner_may_not_write_off' | 'payment_exists_with_different_content' | 'rail_not_found' | 'resolution_not_for_kind' | 'reversal_exceeds_original' | 'reversal_not_reversible' | 'sender_unknown' | 'staff_only' | 'unsupported_encoding' | 'unsupported_media_type' | 'work_item_already_resolved' | 'work_item_has_no_owner' | 'work_item_unknown' | 'work_item_waits_for_booking' | 'work_item_waits_for_break' | 'work_item_waits_for_saga';
  };
}
