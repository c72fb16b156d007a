// Written by `npm run generate` from docs/reference/openapi.json; what is changed here is lost.
import type {
  FileBody,
} from '../file-body.ts';
import type {
  Listing,
} from '../listing.ts';
import type {
  CommandOptions,
  RequestOptions,
} from '../options.ts';
import type {
  AcceptInvitationBody,
  AssignNostroBody,
  AuthorizeChannelAnswer,
  AuthorizeChannelBody,
  CancelSagaAnswer,
  CancelSagaBody,
  ChangeCustodianTermsBody,
  ChangeOwnPasswordBody,
  ChangeUserRolesBody,
  ChangeWebhookEndpointBody,
  ConfirmSecondFactorBody,
  CreateApiKeyAnswer,
  CreateApiKeyBody,
  CreateBulkPaymentQuery,
  CreateTenantAnswer,
  CreateTenantApiKeyAnswer,
  CreateTenantApiKeyBody,
  CreateTenantBody,
  CreateWebhookEndpointBody,
  DeactivateAssetBody,
  DefineRoleBody,
  EraseUserBody,
  ExplainBreakBody,
  FetchRatesAnswer,
  FetchRatesBody,
  GetApiKeyAnswer,
  GetBalancesQuery,
  GetCustodianBalancesAnswer,
  GetDueDiligenceRequirementQuery,
  GetOfferingQuery,
  GetProductAnswer,
  GetRateQuery,
  GetSagaAnswer,
  GetShareRegisterAnswer,
  GetShareRegisterQuery,
  GetTrialBalanceAnswer,
  GetTurnoversQuery,
  IncreaseHoldBody,
  IntrospectAccessTokenBody,
  InviteUserBody,
  IssueAccessTokenBody,
  ListAccountBlocksAnswer,
  ListAccountsAnswer,
  ListAccountsQuery,
  ListApiKeysAnswer,
  ListApiKeysQuery,
  ListApprovalPoliciesAnswer,
  ListApprovalsAnswer,
  ListApprovalsQuery,
  ListAssetsAnswer,
  ListAssetsQuery,
  ListBlocksAnswer,
  ListBreaksAnswer,
  ListBreaksQuery,
  ListBulkPaymentLinesAnswer,
  ListBulkPaymentLinesQuery,
  ListBulkPaymentsAnswer,
  ListBulkPaymentsQuery,
  ListCardDepositsAnswer,
  ListCardDepositsQuery,
  ListCardPayoutsAnswer,
  ListCardPayoutsQuery,
  ListCryptoDepositsAnswer,
  ListCryptoDepositsQuery,
  ListCustodianTransfersAnswer,
  ListCustodianTransfersQuery,
  ListCustodiansAnswer,
  ListCustodiansQuery,
  ListDisputesAnswer,
  ListDisputesQuery,
  ListEntitiesAnswer,
  ListEventTypesAnswer,
  ListEventsAnswer,
  ListEventsQuery,
  ListHoldsAnswer,
  ListHoldsQuery,
  ListIncomingPaymentsAnswer,
  ListIncomingPaymentsQuery,
  ListInvestmentsAnswer,
  ListInvestmentsQuery,
  ListJournalsAnswer,
  ListJournalsQuery,
  ListMandatesAnswer,
  ListMandatesQuery,
  ListOwnSessionsAnswer,
  ListPartiesAnswer,
  ListPartiesQuery,
  ListPaymentRequestsAnswer,
  ListPaymentRequestsQuery,
  ListPaymentsAnswer,
  ListPaymentsQuery,
  ListPersonalDataLooksAnswer,
  ListPersonalDataLooksQuery,
  ListPricingRoundsAnswer,
  ListPricingRoundsQuery,
  ListProductsAnswer,
  ListProviderDaysAnswer,
  ListProviderDaysQuery,
  ListProviderHealthAnswer,
  ListRateProvidersAnswer,
  ListRatesAnswer,
  ListRatesQuery,
  ListReconciliationsAnswer,
  ListReconciliationsQuery,
  ListRefundsAnswer,
  ListRefundsQuery,
  ListRolesAnswer,
  ListSagasAnswer,
  ListSagasQuery,
  ListSecurityEventsAnswer,
  ListSecurityEventsQuery,
  ListStandingOrdersAnswer,
  ListStandingOrdersQuery,
  ListStatementsAnswer,
  ListStatementsQuery,
  ListStepUpPoliciesAnswer,
  ListTenantsAnswer,
  ListTenantsQuery,
  ListTransactionsAnswer,
  ListTransactionsQuery,
  ListTreeHeadsAnswer,
  ListTreeHeadsQuery,
  ListUsersAnswer,
  ListUsersQuery,
  ListWebhookDeliveriesAnswer,
  ListWebhookDeliveriesQuery,
  ListWebhookEndpointsAnswer,
  ListWebhookEndpointsQuery,
  ListWebhookMessagesAnswer,
  ListWebhookMessagesQuery,
  ListWorkItemsQuery,
  LogInBody,
  OpenHouseAccountBody,
  PreviewBankAllocationBody,
  ProposeCorrectionBody,
  ProveConsistencyAnswer,
  ProveConsistencyQuery,
  ProveEventAnswer,
  PublishManualRateBody,
  PublishProductBody,
  ReconcileCustodianAnswer,
  ReconcileCustodianBody,
  RegisterAssetBody,
  RegisterCustodianBody,
  RejectApprovalBody,
  RejectCorrectionBody,
  RequestCustodianTransferBody,
  ResendWebhooksBody,
  ResumeSagaAnswer,
  ResumeSagaBody,
  ResumeTenantAnswer,
  RetrySagaAnswer,
  RetrySagaBody,
  RevalueEntityAnswer,
  RevokeAccessTokenBody,
  RevokeApiKeyAnswer,
  RevokeApiKeyBody,
  RotateApiKeyAnswer,
  RotateApiKeyBody,
  RotateWebhookSecretBody,
  SetAccountOverdraftLimitBody,
  SetApprovalPolicyBody,
  SetBankAllocationBody,
  SetBankDetailsBody,
  SetOverdraftLimitAnswer,
  SetOverdraftLimitBody,
  SetStepUpPolicyBody,
  SettleCustodiansBody,
  SuspendCustodianBody,
  SuspendTenantAnswer,
  SuspendTenantBody,
  SuspendUserBody,
  SwitchBreakerAnswer,
  SwitchBreakerBody,
  TestWebhookEndpointBody,
  VerifyCertificateQuery,
} from './operations.ts';
import type {
  AccessToken,
  Account,
  AccountBlock,
  AccountBlockRequest,
  AccountOpening,
  AccountStatement,
  AgreementSignature,
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
  PricingRound,
  PricingRoundOpening,
  ProductVersion,
  ProposedSecondFactor,
  ProviderDay,
  Quote,
  QuoteRequest,
  RateImport,
  Refund,
  RefundPolicy,
  RefundPolicyRequest,
  RefundRequest,
  RefundReturn,
  RefundReview,
  RequestedPayment,
  ReversalRequest,
  Role,
  Session,
  StandingOrder,
  StandingOrderRequest,
  StatementRunReport,
  StatementRunRequest,
  StepUpPolicy,
  TransactionStory,
  Transfer,
  TransferBatch,
  TransferBatchAnswer,
  Turnovers,
  User,
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

/** Every operation, as `client.<group>.<method>`. */
export interface Groups {
  readonly accounts: {
    /**
     * List and search accounts, newest first.
     *
     * A customer is shown the accounts it has a mandate on.
     *
     * `GET /v1/accounts`, needs `account:read`
     */
    list(query?: ListAccountsQuery, options?: RequestOptions): Listing<ListAccountsAnswer['items'][number], ListAccountsAnswer>;
    /**
     * Open an account.
     *
     * In one commit: the account, its numbers, its place in the ledger and a mandate for each holder. The same id with the same content is answered with the account as it is now.
     *
     * `POST /v1/accounts`, needs `account:open`
     * @throws FinAegisProblem account_exists_with_different_content, account_exists_with_different_terms, account_numbers_used_up, asset_not_of_product, asset_not_registered, entity_unknown, external_reference_taken, holder_missing, holder_repeated, malformed_json, mandate_exists_with_different_content, party_erased, party_not_found, product_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    open(body: AccountOpening, options?: CommandOptions): Promise<Account>;
    /**
     * Get an account.
     *
     * `GET /v1/accounts/{accountId}`, needs `account:read`
     */
    get(accountId: string, options?: RequestOptions): Promise<Account>;
    /**
     * List the blocks that stand on an account.
     *
     * `GET /v1/accounts/{accountId}/blocks`, needs `account:block`
     */
    listBlocks(accountId: string, options?: RequestOptions): Promise<ListAccountBlocksAnswer>;
    /**
     * Stop debits, credits or an amount of an account.
     *
     * `POST /v1/accounts/{accountId}/blocks`, needs `account:block`
     * @throws FinAegisProblem account_closed, account_has_no_floor, account_unknown, block_exists_with_different_terms, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    placeBlock(accountId: string, body: CustomerAccountBlockRequest, options?: CommandOptions): Promise<CustomerAccountBlock>;
    /**
     * End a block of an account.
     *
     * `POST /v1/accounts/{accountId}/blocks/{blockId}/lift`, needs `account:block`
     * @throws FinAegisProblem account_unknown, block_unknown, not_found, staff_only
     */
    liftBlock(accountId: string, blockId: string, options?: CommandOptions): Promise<CustomerAccountBlock>;
    /**
     * Close an account.
     *
     * Only at zero in every asset, with nothing held. Its numbers are never given to another.
     *
     * `POST /v1/accounts/{accountId}/closing`, needs `account:close`
     * @throws FinAegisProblem account_not_empty, account_unknown, staff_only
     */
    close(accountId: string, options?: CommandOptions): Promise<Account>;
    /**
     * Set how far below zero an account may go.
     *
     * Refused where the product allows no overdraft. Lowering it below what is used stops further debits and forces nothing.
     *
     * `POST /v1/accounts/{accountId}/overdraft-limits`, needs `account:overdraft`
     * @throws FinAegisProblem account_closed, account_has_no_floor, account_unknown, malformed_json, overdraft_not_of_product, staff_only, unsupported_encoding, unsupported_media_type
     */
    setOverdraftLimit(accountId: string, body: SetAccountOverdraftLimitBody, options?: CommandOptions): Promise<OverdraftLimit>;
    /**
     * List the standing orders of an account, by id.
     *
     * `GET /v1/accounts/{accountId}/standing-orders`, needs `account:read`
     */
    listStandingOrders(accountId: string, query?: ListStandingOrdersQuery, options?: RequestOptions): Listing<ListStandingOrdersAnswer['items'][number], ListStandingOrdersAnswer>;
    /**
     * Register a standing order.
     *
     * Its terms never change: for other terms cancel it and register another.
     *
     * `POST /v1/accounts/{accountId}/standing-orders`, needs `account:order`
     * @throws FinAegisProblem account_closed, account_unknown, amount_not_positive, asset_not_registered, idempotency_key_required, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, standing_order_exists_with_different_content, unsupported_encoding, unsupported_media_type
     */
    registerStandingOrder(accountId: string, body: StandingOrderRequest, options?: CommandOptions): Promise<StandingOrder>;
    /**
     * Cancel a standing order.
     *
     * `POST /v1/accounts/{accountId}/standing-orders/{orderId}/cancellation`, needs `account:order`
     * @throws FinAegisProblem idempotency_key_required, mandate_missing, not_found, standing_order_unknown
     */
    cancelStandingOrder(accountId: string, orderId: string, options?: CommandOptions): Promise<StandingOrder>;
    /**
     * List the statements of an account, newest first.
     *
     * `GET /v1/accounts/{accountId}/statements`, needs `account:read`
     */
    listStatements(accountId: string, query?: ListStatementsQuery, options?: RequestOptions): Listing<ListStatementsAnswer['items'][number], ListStatementsAnswer>;
    /**
     * Get a statement as JSON, CSV, PDF or camt.053.001.08.
     *
     * Its entries are held against the digest it was issued with before anything is shown.
     *
     * `GET /v1/accounts/{accountId}/statements/{asset}/{number}`, needs `account:read`
     */
    getStatement(accountId: string, asset: AssetCode, number: number, options?: RequestOptions): Promise<AccountStatement>;
    /**
     * List the postings of an account, newest first.
     *
     * `GET /v1/accounts/{accountId}/transactions`, needs `account:read`
     */
    listTransactions(accountId: string, query?: ListTransactionsQuery, options?: RequestOptions): Listing<ListTransactionsAnswer['items'][number], ListTransactionsAnswer>;
    /**
     * Get one transaction with its whole story.
     *
     * `GET /v1/accounts/{accountId}/transactions/{journalId}`, needs `account:read`
     */
    getTransaction(accountId: string, journalId: string, options?: RequestOptions): Promise<TransactionStory>;
    /**
     * Get the turnovers of an account per day.
     *
     * `GET /v1/accounts/{accountId}/turnovers`, needs `account:read`
     */
    getTurnovers(accountId: string, query: GetTurnoversQuery, options?: RequestOptions): Promise<Turnovers>;
  };
  readonly apiKeys: {
    /**
     * List API keys, newest first.
     *
     * `GET /v1/api-keys`, needs `auth:read`
     */
    list(query?: ListApiKeysQuery, options?: RequestOptions): Listing<ListApiKeysAnswer['items'][number], ListApiKeysAnswer>;
    /**
     * Create an API key.
     *
     * The key itself is in the first answer only. It can hold no scope that the asking key does not hold.
     *
     * `POST /v1/api-keys`, needs `auth:write`
     * @throws FinAegisProblem acting_for_not_held, acting_for_unknown, api_key_exists_with_different_content, expiry_in_past, grants_missing, idempotency_key_required, malformed_json, role_needs_party, role_unknown, scope_not_held, scope_unknown, token_makes_no_key, unmasked_not_held, unsupported_encoding, unsupported_media_type
     */
    create(body: CreateApiKeyBody, options?: CommandOptions): Promise<CreateApiKeyAnswer>;
    /**
     * Show one API key.
     *
     * `GET /v1/api-keys/{keyId}`, needs `auth:read`
     */
    get(keyId: string, options?: RequestOptions): Promise<GetApiKeyAnswer>;
    /**
     * Revoke an API key.
     *
     * For ever, and felt everywhere within a second. Revoking twice is not an error.
     *
     * `POST /v1/api-keys/{keyId}/revocation`, needs `auth:write`
     * @throws FinAegisProblem api_key_unknown, idempotency_key_required, malformed_json, not_found, unsupported_encoding, unsupported_media_type
     */
    revoke(keyId: string, body: RevokeApiKeyBody, options?: CommandOptions): Promise<RevokeApiKeyAnswer>;
    /**
     * Give an API key a new secret.
     *
     * The new key is in the first answer only. The asking key must hold every scope of the key it rotates.
     *
     * `POST /v1/api-keys/{keyId}/rotation`, needs `auth:write`
     * @throws FinAegisProblem acting_for_not_held, api_key_is_revoked, api_key_unknown, idempotency_key_required, malformed_json, not_found, scope_not_held, token_makes_no_key, unmasked_not_held, unsupported_encoding, unsupported_media_type
     */
    rotate(keyId: string, body: RotateApiKeyBody, options?: CommandOptions): Promise<RotateApiKeyAnswer>;
  };
  readonly approvalPolicies: {
    /**
     * List which commands need a second person, and which could.
     *
     * `GET /v1/approval-policies`, needs `approval:read`
     */
    list(options?: RequestOptions): Promise<ListApprovalPoliciesAnswer>;
    /**
     * Put a command under four eyes, or say it otherwise.
     *
     * Counts from the next second on. Where `from` names amounts, a command whose amount cannot be found, or is of an asset not named, needs a second person as well. `approval.SetPolicy` and `approval.RemovePolicy` are commands, too.
     *
     * `POST /v1/approval-policies`, needs `approval:policy`
     * @throws FinAegisProblem command_unknown, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    set(body: SetApprovalPolicyBody, options?: CommandOptions): Promise<FourEyesPolicy>;
    /**
     * Let a command go without a second person.
     *
     * `POST /v1/approval-policies/{command}/removal`, needs `approval:policy`
     * @throws FinAegisProblem staff_only
     */
    remove(command: string, options?: CommandOptions): Promise<FourEyesPolicy>;
  };
  readonly approvals: {
    /**
     * List what waits or waited for a second person, newest first.
     *
     * `GET /v1/approvals`, needs `approval:read`
     */
    list(query?: ListApprovalsQuery, options?: RequestOptions): Listing<ListApprovalsAnswer['items'][number], ListApprovalsAnswer>;
    /**
     * Show what waits, as its maker saw it.
     *
     * `GET /v1/approvals/{approvalId}`, needs `approval:read`
     */
    get(approvalId: string, options?: RequestOptions): Promise<ApprovalWithRequest>;
    /**
     * Agree, and have it carried out.
     *
     * It is asked again as its maker’s, checked and decided as of now, and recorded with the approval in one commit: once, however often this is asked. Whoever agrees must be another person, and be allowed the command itself.
     *
     * `POST /v1/approvals/{approvalId}/approval`, needs `approval:decide`
     * @throws FinAegisProblem approval_expired, approval_is_decided, approval_not_executable, approval_unknown, approver_not_a_person, maker_cannot_check, not_found, staff_only
     */
    approve(approvalId: string, options?: CommandOptions): Promise<ApprovedAnswer>;
    /**
     * Decide that it is not to be; its maker may so take it back.
     *
     * `POST /v1/approvals/{approvalId}/rejection`, needs `approval:decide`
     * @throws FinAegisProblem approval_is_decided, approval_unknown, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    reject(approvalId: string, body: RejectApprovalBody, options?: CommandOptions): Promise<Approval>;
  };
  readonly assets: {
    /**
     * List assets by code.
     *
     * `GET /v1/assets`, needs `asset:read`
     */
    list(query?: ListAssetsQuery, options?: RequestOptions): Listing<ListAssetsAnswer['items'][number], ListAssetsAnswer>;
    /**
     * Register an asset of your own.
     *
     * Code, kind and decimals never change afterwards. The same again is answered with the asset as it is.
     *
     * `POST /v1/assets`, needs `asset:write`
     * @throws FinAegisProblem asset_code_reserved, asset_exists_with_different_facts, asset_kind_reserved, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    register(body: RegisterAssetBody, options?: CommandOptions): Promise<Asset>;
    /**
     * Get one asset.
     *
     * `GET /v1/assets/{code}`, needs `asset:read`
     */
    get(code: AssetCode, options?: RequestOptions): Promise<Asset>;
    /**
     * End an asset on a day.
     *
     * From that day on it may not be booked. Until it has come the day may be moved.
     *
     * `POST /v1/assets/{code}/deactivation`, needs `asset:write`
     * @throws FinAegisProblem asset_already_inactive, asset_code_reserved, asset_unknown, deactivation_in_past, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    deactivate(code: AssetCode, body: DeactivateAssetBody, options?: CommandOptions): Promise<Asset>;
  };
  readonly audit: {
    /**
     * Show that one head’s log is the beginning of another’s.
     *
     * `GET /v1/audit/consistency`, needs `audit:read`
     */
    proveConsistency(query: ProveConsistencyQuery, options?: RequestOptions): Promise<ProveConsistencyAnswer>;
    /**
     * List the events of one stream, oldest first, to ask for their proofs.
     *
     * A stream is named as its context’s documentation says, `journal:{journalId}` of `ledger` for example. A customer finds those it may see; a stream that has none and one that is not there are answered alike.
     *
     * `GET /v1/audit/events`, needs `audit:read`
     */
    listEvents(query: ListEventsQuery, options?: RequestOptions): Listing<ListEventsAnswer['items'][number], ListEventsAnswer>;
    /**
     * Show an event as it was hashed, and that a signed head stands on it.
     *
     * Personal values are not in the text: it holds references and commitments. A customer is given proofs of events on accounts it holds a mandate on; without the text where that says more than its side of it (another party’s lines, or for whom it was done), so that the bank is bound to a text it may have to disclose.
     *
     * `GET /v1/audit/events/{eventId}/proof`, needs `audit:read`
     */
    proveEvent(eventId: string, options?: RequestOptions): Promise<ProveEventAnswer>;
    /**
     * List the signed tree heads, newest first, and the keys that sign them.
     *
     * Keep a head: with a consistency proof it shows later that nothing before it was changed.
     *
     * `GET /v1/audit/heads`, needs `audit:read`
     */
    listTreeHeads(query?: ListTreeHeadsQuery, options?: RequestOptions): Listing<ListTreeHeadsAnswer['items'][number], ListTreeHeadsAnswer>;
  };
  readonly bulkPayments: {
    /**
     * List files, newest first.
     *
     * A customer is shown those whose payers are all accounts it has a mandate on.
     *
     * `GET /v1/bulk-payments`, needs `payment:read`
     */
    list(query?: ListBulkPaymentsQuery, options?: RequestOptions): Listing<ListBulkPaymentsAnswer['items'][number], ListBulkPaymentsAnswer>;
    /**
     * Pay many at once.
     *
     * A pain.001 file (.03 or .09), or JSON lines: the first `{messageId, debtorAccountId, executionDate?, count?, controlSum?}`, each other one `{endToEndId, amount, creditor, remittance?}`. The same message sent twice pays once. What is wrong with the whole file is refused here, with lines; a wrong line is refused with the file in `all_or_none`, and alone in `best_effort`.
     *
     * `POST /v1/bulk-payments`, needs `payment:create`
     * @throws FinAegisProblem bulk_debtor_unknown, bulk_file_invalid, bulk_payment_exists_with_different_content, mandate_limit_exceeded, mandate_missing, not_found, unsupported_encoding, unsupported_media_type
     */
    create(body: FileBody<'application/x-ndjson' | 'application/xml' | 'text/xml'>, query?: CreateBulkPaymentQuery, options?: CommandOptions): Promise<BulkPayment>;
    /**
     * Get a file with its progress.
     *
     * `GET /v1/bulk-payments/{bulkId}`, needs `payment:read`
     */
    get(bulkId: string, options?: RequestOptions): Promise<BulkPayment>;
    /**
     * List the lines of a file in their order.
     *
     * `GET /v1/bulk-payments/{bulkId}/lines`, needs `payment:read`
     */
    listLines(bulkId: string, query?: ListBulkPaymentLinesQuery, options?: RequestOptions): Listing<ListBulkPaymentLinesAnswer['items'][number], ListBulkPaymentLinesAnswer>;
    /**
     * Book that a paid line came back.
     *
     * `POST /v1/bulk-payments/{bulkId}/lines/{line}/return`, needs `payment:rail`
     * @throws FinAegisProblem day_closed, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    returnLine(bulkId: string, line: number, body: BulkLineReturn, options?: CommandOptions): Promise<BulkPayment>;
    /**
     * Let a line in review go, or not.
     *
     * Another person than the one who sent the file decides. A line let go is debited and paid by itself.
     *
     * `POST /v1/bulk-payments/{bulkId}/lines/{line}/review`, needs `payment:review`
     * @throws FinAegisProblem bulk_line_not_in_review, bulk_payment_unknown, malformed_json, not_found, reviewer_is_creator, staff_only, unsupported_encoding, unsupported_media_type
     */
    reviewLine(bulkId: string, line: number, body: BulkLineReview, options?: CommandOptions): Promise<BulkPayment>;
    /**
     * Get the status report (pain.002).
     *
     * In the generation the file came in.
     *
     * `GET /v1/bulk-payments/{bulkId}/report`, needs `payment:read`
     */
    getReport(bulkId: string, options?: RequestOptions): Promise<string>;
  };
  readonly cardDeposits: {
    /**
     * List card deposits, newest first.
     *
     * A customer is shown those to the accounts it has a mandate on. What may still go back of one is told where it is read alone.
     *
     * `GET /v1/card-deposits`, needs `payment:read`
     */
    list(query?: ListCardDepositsQuery, options?: RequestOptions): Listing<ListCardDepositsAnswer['items'][number], ListCardDepositsAnswer>;
    /**
     * Put money on an account by card.
     *
     * Answered before the provider is asked: read the deposit until it is `requires_action`, which says what the payer has to do, or has ended.
     *
     * `POST /v1/card-deposits`, needs `payment:create`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, card_asset_not_supported, card_deposit_exists_with_different_content, day_closed, idempotency_key_required, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, mandate_missing, not_found, reversal_exceeds_original, reversal_not_reversible, unsupported_encoding, unsupported_media_type
     */
    create(body: CardDepositRequest, options?: CommandOptions): Promise<CardDeposit>;
    /**
     * Get a card deposit.
     *
     * `GET /v1/card-deposits/{depositId}`, needs `payment:read`
     */
    get(depositId: string, options?: RequestOptions): Promise<CardDeposit>;
  };
  readonly cardPayouts: {
    /**
     * List payouts of the card provider, newest first.
     *
     * `GET /v1/card-payouts`, needs `payment:work`
     */
    list(query?: ListCardPayoutsQuery, options?: RequestOptions): Listing<ListCardPayoutsAnswer['items'][number], ListCardPayoutsAnswer>;
    /**
     * Explain a payout of the card provider to the cent.
     *
     * `GET /v1/card-payouts/{payoutId}`, needs `payment:work`
     */
    get(payoutId: string, options?: RequestOptions): Promise<CardPayout>;
  };
  readonly cgoCertificates: {
    /**
     * Whether a certificate is genuine and in force.
     *
     * `GET /v1/cgo/certificates/{number}/verification`
     */
    verify(number: string, query: VerifyCertificateQuery, options?: RequestOptions): Promise<CertificateVerification>;
  };
  readonly cgoInvestments: {
    /**
     * List investments, newest first.
     *
     * A customer is shown its own.
     *
     * `GET /v1/cgo/investments`, needs `cgo:read`
     */
    list(query?: ListInvestmentsQuery, options?: RequestOptions): Listing<ListInvestmentsAnswer['items'][number], ListInvestmentsAnswer>;
    /**
     * Ask for shares of a round.
     *
     * It is assessed, its shares are reserved, and it is paid by itself; follow its status. Until the cooling-off is over it can be cancelled.
     *
     * `POST /v1/cgo/investments`, needs `cgo:invest`
     * @throws FinAegisProblem account_not_of_investor, idempotency_key_required, investment_above_maximum, investment_below_minimum, investment_exists_with_different_content, investor_unknown, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, ownership_cap_exceeded, payment_asset_differs, payment_method_unavailable, round_not_open, round_unknown, shares_not_available, unsupported_encoding, unsupported_media_type
     */
    request(body: InvestmentRequest, options?: CommandOptions): Promise<Investment>;
    /**
     * Get an investment.
     *
     * `GET /v1/cgo/investments/{investmentId}`, needs `cgo:read`
     */
    get(investmentId: string, options?: RequestOptions): Promise<Investment>;
    /**
     * The agreement of an investment, as PDF.
     *
     * There is one from when its shares are reserved.
     *
     * `GET /v1/cgo/investments/{investmentId}/agreement`, needs `cgo:read`
     */
    getAgreement(investmentId: string, options?: RequestOptions): Promise<Uint8Array<ArrayBuffer>>;
    /**
     * Sign the agreement of an investment.
     *
     * By the investor, who sends the hash of what was read. Where the round wants it, nothing can be paid before. It is recorded with the time and who signed; signed again it is the same signature.
     *
     * `POST /v1/cgo/investments/{investmentId}/agreement/signature`, needs `cgo:invest`
     * @throws FinAegisProblem agreement_differs, agreement_not_drawn_up, investment_over, investment_unknown, malformed_json, not_found, unsupported_encoding, unsupported_media_type
     */
    signAgreement(investmentId: string, body: AgreementSignature, options?: CommandOptions): Promise<Investment>;
    /**
     * Cancel an investment before it is confirmed.
     *
     * What was paid goes back to whoever paid, and the shares to the round.
     *
     * `POST /v1/cgo/investments/{investmentId}/cancellation`, needs `cgo:invest`
     * @throws FinAegisProblem investment_not_cancellable, investment_unknown, not_found
     */
    cancel(investmentId: string, options?: CommandOptions): Promise<Investment>;
    /**
     * The certificate of an investment, as PDF.
     *
     * There is one from when it is confirmed; a void one says so.
     *
     * `GET /v1/cgo/investments/{investmentId}/certificate`, needs `cgo:read`
     */
    getCertificate(investmentId: string, options?: RequestOptions): Promise<Uint8Array<ArrayBuffer>>;
    /**
     * How an investment is paid, and whether it is.
     *
     * `GET /v1/cgo/investments/{investmentId}/payment`, needs `cgo:read`
     */
    getPayment(investmentId: string, options?: RequestOptions): Promise<InvestmentPayment>;
    /**
     * Record that an investment was paid, or not.
     *
     * For staff and connectors. It is booked on the account it arrived on, whatever the amount.
     *
     * `POST /v1/cgo/investments/{investmentId}/payment`, needs `cgo:payment`
     * @throws FinAegisProblem account_unknown, agreement_not_signed, investment_not_awaiting_payment, investment_unknown, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    recordPayment(investmentId: string, body: InvestmentPaymentRecord, options?: CommandOptions): Promise<Investment>;
    /**
     * Have a payment looked for now.
     *
     * It is looked for by itself, less and less often; whoever has just paid need not wait for that.
     *
     * `POST /v1/cgo/investments/{investmentId}/payment/check`, needs `cgo:invest`
     * @throws FinAegisProblem not_found
     */
    checkPayment(investmentId: string, options?: CommandOptions): Promise<InvestmentPayment>;
    /**
     * How the refund of an investment stands.
     *
     * The one under way or over; where there was none but rejected ones, the last of these.
     *
     * `GET /v1/cgo/investments/{investmentId}/refund`, needs `cgo:read`
     */
    getRefund(investmentId: string, options?: RequestOptions): Promise<InvestmentRefund>;
    /**
     * Ask for the money of a confirmed investment back.
     *
     * Small, early and technical ones are approved at once, others by another person. The shares go back to the round, the certificate becomes void, amount and fee go back the way they came.
     *
     * `POST /v1/cgo/investments/{investmentId}/refund`, needs `cgo:invest`
     * @throws FinAegisProblem investment_not_refundable, investment_refund_exists_with_different_content, investment_refund_under_way, investment_refund_window_over, investment_unknown, malformed_json, not_found, unsupported_encoding, unsupported_media_type
     */
    requestRefund(investmentId: string, body: InvestmentRefundRequest, options?: CommandOptions): Promise<Investment>;
    /**
     * Approve a refund, or reject it.
     *
     * By another person than the one who asked for it.
     *
     * `POST /v1/cgo/investments/{investmentId}/refund/review`, needs `cgo:review`
     * @throws FinAegisProblem investment_refund_not_in_review, investment_refund_unknown, investment_unknown, malformed_json, not_found, reviewer_is_requester, staff_only, unsupported_encoding, unsupported_media_type
     */
    reviewRefund(investmentId: string, body: InvestmentReview, options?: CommandOptions): Promise<Investment>;
    /**
     * Let an investment go on that waits for documents or a review, or not.
     *
     * By another person than the one who asked for it.
     *
     * `POST /v1/cgo/investments/{investmentId}/review`, needs `cgo:review`
     * @throws FinAegisProblem investment_not_in_review, investment_unknown, malformed_json, not_found, reviewer_is_requester, staff_only, unsupported_encoding, unsupported_media_type
     */
    review(investmentId: string, body: InvestmentReview, options?: CommandOptions): Promise<Investment>;
  };
  readonly cgoInvestors: {
    /**
     * Which due diligence an investment would need, and which the investor has.
     *
     * The level follows from the sum of all investments in the asset. Nothing is promised by it: an investment may still be looked at.
     *
     * `GET /v1/cgo/investors/{partyId}/due-diligence`, needs `cgo:read`
     */
    getDueDiligenceRequirement(partyId: string, query: GetDueDiligenceRequirementQuery, options?: RequestOptions): Promise<DueDiligenceRequirement>;
    /**
     * What an investor owns and asked for.
     *
     * `GET /v1/cgo/investors/{partyId}/statement`, needs `cgo:read`
     */
    getStatement(partyId: string, options?: RequestOptions): Promise<InvestorStatement>;
    /**
     * What an investor owns and asked for, as PDF.
     *
     * `GET /v1/cgo/investors/{partyId}/statement/document`, needs `cgo:read`
     */
    printStatement(partyId: string, options?: RequestOptions): Promise<Uint8Array<ArrayBuffer>>;
  };
  readonly cgoOffering: {
    /**
     * A round as its public page shows it.
     *
     * `GET /v1/cgo/offering/{round}`
     */
    get(round: number, query: GetOfferingQuery, options?: RequestOptions): Promise<PricingRound>;
  };
  readonly cgoRounds: {
    /**
     * List rounds, newest first.
     *
     * `GET /v1/cgo/rounds`, needs `cgo:read`
     */
    list(query?: ListPricingRoundsQuery, options?: RequestOptions): Listing<ListPricingRoundsAnswer['items'][number], ListPricingRoundsAnswer>;
    /**
     * Offer shares in a round.
     *
     * Registers the asset its shares are counted in and makes all of them issuable; no more can be sold.
     *
     * `POST /v1/cgo/rounds`, needs `cgo:round`
     * @throws FinAegisProblem account_exists_with_different_terms, asset_not_registered, day_closed, entity_unknown, malformed_json, round_exists_with_different_terms, round_limits_crossed, round_period_empty, staff_only, unsupported_encoding, unsupported_media_type
     */
    open(body: PricingRoundOpening, options?: CommandOptions): Promise<PricingRound>;
    /**
     * Get a round with what was sold and raised.
     *
     * `GET /v1/cgo/rounds/{round}`, needs `cgo:read`
     */
    get(round: number, options?: RequestOptions): Promise<PricingRound>;
    /**
     * Close a round.
     *
     * Investments that were asked for before go their way.
     *
     * `POST /v1/cgo/rounds/{round}/closing`, needs `cgo:round`
     * @throws FinAegisProblem round_unknown, staff_only
     */
    close(round: number, options?: CommandOptions): Promise<PricingRound>;
    /**
     * The share register of a round, the largest owner first.
     *
     * `GET /v1/cgo/rounds/{round}/register`, needs `cgo:register`
     */
    getShareRegister(round: number, query?: GetShareRegisterQuery, options?: RequestOptions): Listing<GetShareRegisterAnswer['items'][number], GetShareRegisterAnswer>;
  };
  readonly conversions: {
    /**
     * Convert at a quote.
     *
     * `POST /v1/conversions`, needs `ledger:convert`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, announcement_not_of_credited_account, announcement_not_open, announcement_unknown, balance_out_of_range, capture_exceeds_debit, capture_exceeds_hold, day_closed, hold_not_active, hold_not_of_debited_account, hold_unknown, idempotency_key_required, insufficient_funds, journal_exists_with_different_content, journal_malformed, journal_unbalanced, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, quote_expired, quote_unknown, quote_used, unsupported_encoding, unsupported_media_type
     */
    convert(body: ConversionRequest, options?: CommandOptions): Promise<Journal>;
  };
  readonly cryptoDeposits: {
    /**
     * List crypto deposits, newest first.
     *
     * A customer is shown those of accounts it has a mandate on.
     *
     * `GET /v1/crypto-deposits`, needs `payment:read`
     */
    list(query?: ListCryptoDepositsQuery, options?: RequestOptions): Listing<ListCryptoDepositsAnswer['items'][number], ListCryptoDepositsAnswer>;
    /**
     * Put money on an account by crypto.
     *
     * Answered before the provider is asked: read the deposit until it is `open`, which says where the payer pays, or has ended.
     *
     * `POST /v1/crypto-deposits`, needs `payment:create`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, crypto_amount_too_fine, crypto_asset_not_supported, crypto_deposit_exists_with_different_content, day_closed, idempotency_key_required, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, mandate_missing, not_found, reversal_exceeds_original, reversal_not_reversible, unsupported_encoding, unsupported_media_type
     */
    create(body: CryptoDepositRequest, options?: CommandOptions): Promise<CryptoDeposit>;
    /**
     * Get a crypto deposit.
     *
     * `GET /v1/crypto-deposits/{depositId}`, needs `payment:read`
     */
    get(depositId: string, options?: RequestOptions): Promise<CryptoDeposit>;
  };
  readonly custodianBreaks: {
    /**
     * List breaks.
     *
     * Of one account of ours when `bank` and `asset` are given.
     *
     * `GET /v1/custodian-breaks`, needs `custodian:read`
     */
    list(query?: ListBreaksQuery, options?: RequestOptions): Listing<ListBreaksAnswer['items'][number], ListBreaksAnswer>;
    /**
     * Get a break.
     *
     * `GET /v1/custodian-breaks/{breakId}`, needs `custodian:read`
     */
    get(breakId: string, options?: RequestOptions): Promise<Break>;
    /**
     * Approve the correction of a break and book it.
     *
     * `POST /v1/custodian-breaks/{breakId}/approval`, needs `custodian:approve`
     * @throws FinAegisProblem account_closed, break_decided_by_proposer, break_not_open, break_unknown, break_without_proposal, day_closed, insufficient_funds, not_found, staff_only
     */
    approveCorrection(breakId: string, options?: CommandOptions): Promise<Break>;
    /**
     * Close breaks that offset each other; nothing is booked.
     *
     * For what the bank and we booked under different names: the break and those of `offsetBy`, all of one account, have to come to nothing together, and all of them are closed. A difference that is still there is corrected or written off.
     *
     * `POST /v1/custodian-breaks/{breakId}/explanation`, needs `custodian:reconcile`
     * @throws FinAegisProblem break_not_open, break_offset_unfit, break_still_differs, break_unknown, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    explain(breakId: string, body: ExplainBreakBody, options?: CommandOptions): Promise<Break>;
    /**
     * Propose what to book for a break.
     *
     * Booked only when somebody else approves it.
     *
     * `POST /v1/custodian-breaks/{breakId}/proposal`, needs `custodian:reconcile`
     * @throws FinAegisProblem break_counter_account_unfit, break_has_proposal, break_not_open, break_unknown, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    proposeCorrection(breakId: string, body: ProposeCorrectionBody, options?: CommandOptions): Promise<Break>;
    /**
     * Reject the correction proposed for a break.
     *
     * `POST /v1/custodian-breaks/{breakId}/rejection`, needs `custodian:approve`
     * @throws FinAegisProblem break_decided_by_proposer, break_not_open, break_unknown, break_without_proposal, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    rejectCorrection(breakId: string, body: RejectCorrectionBody, options?: CommandOptions): Promise<Break>;
  };
  readonly custodianReconciliations: {
    /**
     * List reconciled days, newest first.
     *
     * `GET /v1/custodian-reconciliations`, needs `custodian:read`
     */
    list(query?: ListReconciliationsQuery, options?: RequestOptions): Listing<ListReconciliationsAnswer['items'][number], ListReconciliationsAnswer>;
  };
  readonly custodianSettlements: {
    /**
     * Set obligations between partner banks off, and transfer what is left.
     *
     * `POST /v1/custodian-settlements`, needs `custodian:transfer`
     * @throws FinAegisProblem malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    settle(body: SettleCustodiansBody, options?: CommandOptions): Promise<CustodianSettlement>;
  };
  readonly custodianTransfers: {
    /**
     * List transfers between partner banks, newest first.
     *
     * `GET /v1/custodian-transfers`, needs `custodian:read`
     */
    list(query?: ListCustodianTransfersQuery, options?: RequestOptions): Listing<ListCustodianTransfersAnswer['items'][number], ListCustodianTransfersAnswer>;
    /**
     * Move our money from one partner bank to another.
     *
     * Inside one bank, directly, or over a third bank; the cheapest way is taken. While it is on its way the money is in clearing. When the second payment of a bridge fails, the first is brought back.
     *
     * `POST /v1/custodian-transfers`, needs `custodian:transfer`
     * @throws FinAegisProblem idempotency_key_required, malformed_json, staff_only, transfer_amount_above_limits, transfer_bank_unusable, transfer_exists_with_different_content, transfer_house_account_missing, transfer_nostro_missing, transfer_without_route, unsupported_encoding, unsupported_media_type
     */
    request(body: RequestCustodianTransferBody, options?: CommandOptions): Promise<CustodianTransfer>;
    /**
     * Get a transfer between partner banks.
     *
     * `GET /v1/custodian-transfers/{transferId}`, needs `custodian:read`
     */
    get(transferId: string, options?: RequestOptions): Promise<CustodianTransfer>;
  };
  readonly custodians: {
    /**
     * List partner banks, by code.
     *
     * `GET /v1/custodians`, needs `custodian:read`
     */
    list(query?: ListCustodiansQuery, options?: RequestOptions): Listing<ListCustodiansAnswer['items'][number], ListCustodiansAnswer>;
    /**
     * Register a partner bank.
     *
     * `POST /v1/custodians`, needs `custodian:manage`
     * @throws FinAegisProblem malformed_json, partner_bank_exists_with_different_terms, staff_only, unsupported_encoding, unsupported_media_type
     */
    register(body: RegisterCustodianBody, options?: CommandOptions): Promise<PartnerBank>;
    /**
     * Get a partner bank.
     *
     * `GET /v1/custodians/{bank}`, needs `custodian:read`
     */
    get(bank: string, options?: RequestOptions): Promise<PartnerBank>;
    /**
     * Ask a partner bank what it holds for us.
     *
     * Asked of the bank itself, now. What our books say is the balance of the nostro accounts.
     *
     * `GET /v1/custodians/{bank}/balances`, needs `custodian:read`
     */
    getBalances(bank: string, options?: RequestOptions): Promise<GetCustodianBalancesAnswer>;
    /**
     * How calls to a partner bank are going.
     *
     * Calls as this process sees them; the state of breakers and the days that are open are the same in all processes.
     *
     * `GET /v1/custodians/{bank}/health`, needs `custodian:read`
     */
    getHealth(bank: string, options?: RequestOptions): Promise<PartnerBankHealth>;
    /**
     * Name our account at a partner bank in an asset.
     *
     * The house account mirrors it, and daily reconciliation compares the two. It is named once.
     *
     * `POST /v1/custodians/{bank}/nostros`, needs `custodian:manage`
     * @throws FinAegisProblem malformed_json, nostro_account_unfit, nostro_exists_with_different_account, not_found, partner_bank_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    assignNostro(bank: string, body: AssignNostroBody, options?: CommandOptions): Promise<PartnerBank>;
    /**
     * Compare a day of a partner bank with our books.
     *
     * Differences become breaks. Nothing is corrected by it, and the same day can be compared again.
     *
     * `POST /v1/custodians/{bank}/reconciliations`, needs `custodian:reconcile`
     * @throws FinAegisProblem bank_not_reachable, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    reconcile(bank: string, body: ReconcileCustodianBody, options?: CommandOptions): Promise<ReconcileCustodianAnswer>;
    /**
     * Use a suspended partner bank again.
     *
     * `POST /v1/custodians/{bank}/resumption`, needs `custodian:manage`
     * @throws FinAegisProblem not_found, partner_bank_unknown, staff_only
     */
    resume(bank: string, options?: CommandOptions): Promise<PartnerBank>;
    /**
     * Suspend a partner bank.
     *
     * Nothing new goes to it or by it; what is under way goes on.
     *
     * `POST /v1/custodians/{bank}/suspension`, needs `custodian:manage`
     * @throws FinAegisProblem malformed_json, not_found, partner_bank_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    suspend(bank: string, body: SuspendCustodianBody, options?: CommandOptions): Promise<PartnerBank>;
    /**
     * Change the terms of a partner bank.
     *
     * Transfers under way keep the terms they were routed by.
     *
     * `POST /v1/custodians/{bank}/terms`, needs `custodian:manage`
     * @throws FinAegisProblem malformed_json, partner_bank_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    changeTerms(bank: string, body: ChangeCustodianTermsBody, options?: CommandOptions): Promise<PartnerBank>;
  };
  readonly deposits: {
    /**
     * Record money that has arrived.
     *
     * Never refused because of the account: closed, blocked for credits, unknown, or not allowed the asset, the money goes to suspense, and the answer says so.
     *
     * `POST /v1/deposits`, needs `account:deposit`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, deposit_exists_with_different_content, house_account_expected, idempotency_key_required, insufficient_funds, journal_malformed, journal_unbalanced, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    record(body: DepositRequest, options?: CommandOptions): Promise<Deposit>;
  };
  readonly disputes: {
    /**
     * List disputes, newest first.
     *
     * `GET /v1/disputes`, needs `payment:dispute`
     */
    list(query?: ListDisputesQuery, options?: RequestOptions): Listing<ListDisputesAnswer['items'][number], ListDisputesAnswer>;
    /**
     * Get a dispute.
     *
     * `GET /v1/disputes/{disputeId}`, needs `payment:dispute`
     */
    get(disputeId: string, options?: RequestOptions): Promise<Dispute>;
    /**
     * Give in to a dispute.
     *
     * `POST /v1/disputes/{disputeId}/acceptance`, needs `payment:dispute`
     * @throws FinAegisProblem dispute_answer_under_way, dispute_not_answerable, dispute_unknown, not_found, staff_only
     */
    accept(disputeId: string, options?: CommandOptions): Promise<Dispute>;
    /**
     * Answer a dispute with evidence.
     *
     * `POST /v1/disputes/{disputeId}/evidence`, needs `payment:dispute`
     * @throws FinAegisProblem dispute_answer_under_way, dispute_not_answerable, dispute_unknown, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    submitEvidence(disputeId: string, body: DisputeEvidence, options?: CommandOptions): Promise<Dispute>;
    /**
     * Give up what an account owes of a lost dispute.
     *
     * What was proposed, by another person than who proposed it.
     *
     * `POST /v1/disputes/{disputeId}/write-off`, needs `payment:write-off`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, dispute_has_no_debt, dispute_not_lost, dispute_unknown, dispute_write_off_not_proposed, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, not_found, proposer_may_not_write_off, reversal_exceeds_original, reversal_not_reversible, staff_only
     */
    writeOff(disputeId: string, options?: CommandOptions): Promise<Dispute>;
    /**
     * Propose to give up what an account owes of a lost dispute.
     *
     * `POST /v1/disputes/{disputeId}/write-off-proposal`, needs `payment:write-off`
     * @throws FinAegisProblem dispute_has_no_debt, dispute_not_lost, dispute_unknown, not_found, staff_only
     */
    proposeWriteOff(disputeId: string, options?: CommandOptions): Promise<Dispute>;
  };
  readonly entities: {
    /**
     * List entities by name.
     *
     * `GET /v1/entities`, needs `ledger:read`
     */
    list(options?: RequestOptions): Promise<ListEntitiesAnswer>;
    /**
     * Open a legal entity.
     *
     * With its first business day and the accounts every house chart begins with.
     *
     * `POST /v1/entities`, needs `ledger:entity`
     * @throws FinAegisProblem entity_exists_with_different_terms, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    open(body: EntityRequest, options?: CommandOptions): Promise<Entity>;
    /**
     * Get an entity and its business day.
     *
     * `GET /v1/entities/{entity}`, needs `ledger:read`
     */
    get(entity: string, options?: RequestOptions): Promise<Entity>;
    /**
     * Get the bank details of an entity.
     *
     * `GET /v1/entities/{entity}/bank-details`, needs `account:read`
     */
    getBankDetails(entity: string, options?: RequestOptions): Promise<BankDetails>;
    /**
     * Set the bank details of an entity, once.
     *
     * From then on its new accounts have IBANs. Accounts opened before keep the plain numbers they have.
     *
     * `POST /v1/entities/{entity}/bank-details`, needs `account:bank-details`
     * @throws FinAegisProblem bank_code_malformed, bank_code_taken, bank_details_exist_with_different_terms, entity_unknown, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    setBankDetails(entity: string, body: SetBankDetailsBody, options?: CommandOptions): Promise<BankDetails>;
    /**
     * Close the open business day.
     *
     * `POST /v1/entities/{entity}/business-day/close`, needs `ledger:day`
     * @throws FinAegisProblem day_not_after_last, day_not_business_day, day_not_open, day_still_open, day_too_far_ahead, entity_unknown, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    closeBusinessDay(entity: string, body: BusinessDayRequest, options?: CommandOptions): Promise<Entity>;
    /**
     * Open the next business day.
     *
     * `POST /v1/entities/{entity}/business-day/open`, needs `ledger:day`
     * @throws FinAegisProblem day_not_after_last, day_not_business_day, day_not_open, day_still_open, day_too_far_ahead, entity_unknown, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    openBusinessDay(entity: string, body: BusinessDayRequest, options?: CommandOptions): Promise<Entity>;
    /**
     * Get the chart of accounts as a tree with totals.
     *
     * `GET /v1/entities/{entity}/chart`, needs `ledger:read`
     */
    getChart(entity: string, options?: RequestOptions): Promise<ChartPlace>;
    /**
     * Add an account to the chart.
     *
     * `POST /v1/entities/{entity}/chart`, needs `ledger:chart`
     * @throws FinAegisProblem account_exists_with_different_terms, chart_code_unknown, entity_unknown, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    openHouseAccount(entity: string, body: OpenHouseAccountBody, options?: CommandOptions): Promise<HouseAccount>;
    /**
     * Bring the position to a worth of zero at mid rates.
     *
     * The last booking of a day: income and cost held in other assets go into the position, its worth into income. Once per day; asked again, the same journal.
     *
     * `POST /v1/entities/{entity}/revaluations`, needs `ledger:day`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, announcement_not_of_credited_account, announcement_not_open, announcement_unknown, balance_out_of_range, capture_exceeds_debit, capture_exceeds_hold, day_closed, day_not_open, entity_unknown, hold_not_active, hold_not_of_debited_account, hold_unknown, idempotency_key_required, insufficient_funds, journal_exists_with_different_content, journal_malformed, journal_unbalanced, malformed_json, rate_date_in_future, rate_stale, rate_unknown, staff_only, unsupported_encoding, unsupported_media_type, valuation_missing, view_behind
     */
    revalue(entity: string, body: BusinessDayRequest, options?: CommandOptions): Promise<RevalueEntityAnswer>;
    /**
     * Get the trial balance.
     *
     * `GET /v1/entities/{entity}/trial-balance`, needs `ledger:read`
     */
    getTrialBalance(entity: string, options?: RequestOptions): Promise<GetTrialBalanceAnswer>;
  };
  readonly eventTypes: {
    /**
     * List the events that are published.
     *
     * Every type with its JSON Schema and a sample. What is not in this list is never sent.
     *
     * `GET /v1/event-types`, needs `webhook:read`
     */
    list(options?: RequestOptions): Promise<ListEventTypesAnswer>;
    /**
     * Show one published event.
     *
     * `GET /v1/event-types/{name}`, needs `webhook:read`
     */
    get(name: string, options?: RequestOptions): Promise<EventType>;
  };
  readonly holds: {
    /**
     * List the holds of an account, newest first.
     *
     * `GET /v1/holds`, needs `ledger:read`
     */
    list(query: ListHoldsQuery, options?: RequestOptions): Listing<ListHoldsAnswer['items'][number], ListHoldsAnswer>;
    /**
     * Reserve an amount.
     *
     * `POST /v1/holds`, needs `ledger:hold`
     * @throws FinAegisProblem account_closed, account_debits_blocked, account_has_no_floor, account_unknown, amount_not_positive, balance_out_of_range, hold_amount_below_captured, hold_exists_with_different_terms, hold_expiry_in_past, hold_not_active, hold_not_due, hold_unknown, idempotency_key_required, insufficient_funds, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, unsupported_encoding, unsupported_media_type
     */
    place(body: HoldRequest, options?: CommandOptions): Promise<Hold>;
    /**
     * Get a hold.
     *
     * `GET /v1/holds/{holdId}`, needs `ledger:read`
     */
    get(holdId: string, options?: RequestOptions): Promise<Hold>;
    /**
     * Use a hold, in part or all of it.
     *
     * `POST /v1/holds/{holdId}/captures`, needs `ledger:hold`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, announcement_not_of_credited_account, announcement_not_open, announcement_unknown, balance_out_of_range, capture_exceeds_debit, capture_exceeds_hold, day_closed, hold_not_active, hold_not_of_debited_account, hold_not_yours, hold_unknown, idempotency_key_required, insufficient_funds, journal_exists_with_different_content, journal_malformed, journal_unbalanced, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    capture(holdId: string, body: CaptureRequest, options?: CommandOptions): Promise<Journal>;
    /**
     * Record that a hold’s time is over.
     *
     * `POST /v1/holds/{holdId}/expiry`, needs `ledger:hold`
     * @throws FinAegisProblem account_closed, account_debits_blocked, account_unknown, amount_not_positive, balance_out_of_range, hold_amount_below_captured, hold_exists_with_different_terms, hold_expiry_in_past, hold_not_active, hold_not_due, hold_not_yours, hold_unknown, idempotency_key_required, insufficient_funds, mandate_limit_exceeded, mandate_missing, not_found
     */
    expire(holdId: string, options?: CommandOptions): Promise<Hold>;
    /**
     * Raise a hold to a new whole amount.
     *
     * `POST /v1/holds/{holdId}/increase`, needs `ledger:hold`
     * @throws FinAegisProblem account_closed, account_debits_blocked, account_unknown, amount_not_positive, balance_out_of_range, hold_amount_below_captured, hold_exists_with_different_terms, hold_expiry_in_past, hold_not_active, hold_not_due, hold_not_yours, hold_unknown, idempotency_key_required, insufficient_funds, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, unsupported_encoding, unsupported_media_type
     */
    increase(holdId: string, body: IncreaseHoldBody, options?: CommandOptions): Promise<Hold>;
    /**
     * Release what remains of a hold.
     *
     * `POST /v1/holds/{holdId}/void`, needs `ledger:hold`
     * @throws FinAegisProblem account_closed, account_debits_blocked, account_unknown, amount_not_positive, balance_out_of_range, hold_amount_below_captured, hold_exists_with_different_terms, hold_expiry_in_past, hold_not_active, hold_not_due, hold_not_yours, hold_unknown, idempotency_key_required, insufficient_funds, mandate_limit_exceeded, mandate_missing, not_found
     */
    void(holdId: string, options?: CommandOptions): Promise<Hold>;
  };
  readonly incomingAnnouncements: {
    /**
     * Say that money is on its way to an account.
     *
     * It is shown as `heldIn` of the account, never spendable and never posted, until a journal names it in `fulfils` or it is withdrawn.
     *
     * `POST /v1/incoming-announcements`, needs `ledger:announce`
     * @throws FinAegisProblem account_closed, account_has_no_floor, account_unknown, amount_not_positive, announcement_exists_with_different_terms, announcement_not_open, announcement_unknown, idempotency_key_required, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    announce(body: IncomingRequest, options?: CommandOptions): Promise<Incoming>;
    /**
     * Get an announcement.
     *
     * `GET /v1/incoming-announcements/{announcementId}`, needs `ledger:read`
     */
    get(announcementId: string, options?: RequestOptions): Promise<Incoming>;
    /**
     * Say that it is not coming.
     *
     * `POST /v1/incoming-announcements/{announcementId}/withdraw`, needs `ledger:announce`
     * @throws FinAegisProblem account_closed, account_has_no_floor, account_unknown, amount_not_positive, announcement_exists_with_different_terms, announcement_not_open, announcement_unknown, idempotency_key_required, staff_only
     */
    withdraw(announcementId: string, options?: CommandOptions): Promise<Incoming>;
  };
  readonly incomingPayments: {
    /**
     * List incoming payments, newest first.
     *
     * A customer is shown those of the accounts it has a mandate on.
     *
     * `GET /v1/incoming-payments`, needs `payment:read`
     */
    list(query?: ListIncomingPaymentsQuery, options?: RequestOptions): Listing<ListIncomingPaymentsAnswer['items'][number], ListIncomingPaymentsAnswer>;
    /**
     * Record money that a bank tells of.
     *
     * Money that has arrived is booked, always: to the customer, or to suspense with a work item. One entry reference of a bank is one payment.
     *
     * `POST /v1/incoming-payments`, needs `payment:receive`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, idempotency_key_required, incoming_payment_exists_with_different_content, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, reversal_exceeds_original, reversal_not_reversible, staff_only, unsupported_encoding, unsupported_media_type
     */
    receive(body: IncomingPaymentRequest, options?: CommandOptions): Promise<IncomingPayment>;
    /**
     * Get an incoming payment.
     *
     * `GET /v1/incoming-payments/{incomingId}`, needs `payment:read`
     */
    get(incomingId: string, options?: RequestOptions): Promise<IncomingPayment>;
    /**
     * Let the customer have money in review, or not.
     *
     * Rejected, it stays in suspense, from where it can be sent back.
     *
     * `POST /v1/incoming-payments/{incomingId}/review`, needs `payment:review`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, incoming_payment_exists_with_different_content, incoming_payment_not_in_review, incoming_payment_unknown, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, not_found, reversal_exceeds_original, reversal_not_reversible, reviewer_is_recorder, staff_only, unsupported_encoding, unsupported_media_type
     */
    review(incomingId: string, body: IncomingPaymentReview, options?: CommandOptions): Promise<IncomingPayment>;
  };
  readonly invitations: {
    /**
     * Set the password an invitation asks for.
     *
     * `POST /v1/invitations/acceptance`
     */
    accept(body: AcceptInvitationBody, options?: RequestOptions): Promise<User>;
  };
  readonly journals: {
    /**
     * List journals, newest first.
     *
     * `GET /v1/journals`, needs `ledger:read`
     */
    list(query?: ListJournalsQuery, options?: RequestOptions): Listing<ListJournalsAnswer['items'][number], ListJournalsAnswer>;
    /**
     * Post a journal of any shape.
     *
     * `POST /v1/journals`, needs `ledger:post`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, announcement_not_of_credited_account, announcement_not_open, announcement_unknown, balance_out_of_range, capture_exceeds_debit, capture_exceeds_hold, day_closed, hold_not_active, hold_not_of_debited_account, hold_unknown, idempotency_key_required, insufficient_funds, journal_exists_with_different_content, journal_malformed, journal_unbalanced, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    post(body: JournalRequest, options?: CommandOptions): Promise<Journal>;
    /**
     * Get a journal with its full story.
     *
     * `GET /v1/journals/{journalId}`, needs `ledger:read`
     */
    get(journalId: string, options?: RequestOptions): Promise<JournalStory>;
    /**
     * Undo an error of our own.
     *
     * Mirrors the journal, or lines of it, on the open day with the value date of the original. A refund is a new payment instead.
     *
     * `POST /v1/journals/{journalId}/reversals`, needs `ledger:reverse`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, announcement_not_of_credited_account, announcement_not_open, announcement_unknown, balance_out_of_range, capture_exceeds_debit, capture_exceeds_hold, day_closed, hold_not_active, hold_not_of_debited_account, hold_unknown, idempotency_key_required, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, reversal_exceeds_original, reversal_line_unknown, reversal_not_reversible, staff_only, unsupported_encoding, unsupported_media_type
     */
    reverse(journalId: string, body: ReversalRequest, options?: CommandOptions): Promise<Journal>;
  };
  readonly ledgerAccounts: {
    /**
     * Get balances, now or then.
     *
     * `GET /v1/ledger-accounts/{accountId}/balances`, needs `ledger:read`
     */
    getBalances(accountId: LedgerAccountId, query?: GetBalancesQuery, options?: RequestOptions): Promise<Balances>;
    /**
     * List the blocks that stand on an account.
     *
     * `GET /v1/ledger-accounts/{accountId}/blocks`, needs `ledger:block`
     */
    listBlocks(accountId: LedgerAccountId, options?: RequestOptions): Promise<ListBlocksAnswer>;
    /**
     * Stop debits, credits or an amount.
     *
     * `POST /v1/ledger-accounts/{accountId}/blocks`, needs `ledger:block`
     * @throws FinAegisProblem account_closed, account_has_no_floor, account_unknown, block_exists_with_different_terms, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    placeBlock(accountId: LedgerAccountId, body: AccountBlockRequest, options?: CommandOptions): Promise<AccountBlock>;
    /**
     * End a block.
     *
     * `POST /v1/ledger-accounts/{accountId}/blocks/{blockId}/lift`, needs `ledger:block`
     * @throws FinAegisProblem account_unknown, block_unknown, staff_only
     */
    liftBlock(accountId: LedgerAccountId, blockId: string, options?: CommandOptions): Promise<AccountBlock>;
    /**
     * Set how far below zero an account may go.
     *
     * For accounts of the house that have a floor. Lowering it below what is used stops further debits and forces nothing.
     *
     * `POST /v1/ledger-accounts/{accountId}/overdraft-limits`, needs `ledger:overdraft`
     * @throws FinAegisProblem account_closed, account_has_no_floor, account_under_product, account_unknown, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    setOverdraftLimit(accountId: LedgerAccountId, body: SetOverdraftLimitBody, options?: CommandOptions): Promise<SetOverdraftLimitAnswer>;
  };
  readonly mandates: {
    /**
     * List mandates.
     *
     * Newest first. A key that acts for a party sees the mandates of that party only.
     *
     * `GET /v1/mandates`, needs `mandate:read`
     */
    list(query?: ListMandatesQuery, options?: RequestOptions): Listing<ListMandatesAnswer['items'][number], ListMandatesAnswer>;
    /**
     * Grant a mandate.
     *
     * Lets a party act on an account. The same id with the same content is answered with the mandate as it is now.
     *
     * `POST /v1/mandates`, needs `mandate:write`
     * @throws FinAegisProblem malformed_json, mandate_exists_with_different_content, mandate_period_empty, party_erased, party_not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    grant(body: MandateGrant, options?: CommandOptions): Promise<Mandate>;
    /**
     * Get a mandate.
     *
     * `GET /v1/mandates/{mandateId}`, needs `mandate:read`
     */
    get(mandateId: string, options?: RequestOptions): Promise<Mandate>;
    /**
     * Replace the limits of a mandate.
     *
     * `POST /v1/mandates/{mandateId}/limits`, needs `mandate:write`
     * @throws FinAegisProblem malformed_json, mandate_not_found, mandate_revoked, staff_only, unsupported_encoding, unsupported_media_type
     */
    changeLimits(mandateId: string, body: MandateLimits, options?: CommandOptions): Promise<Mandate>;
    /**
     * Revoke a mandate.
     *
     * It counts for every request after this answer. Revoking twice is one revocation.
     *
     * `POST /v1/mandates/{mandateId}/revocation`, needs `mandate:write`
     * @throws FinAegisProblem mandate_not_found, staff_only
     */
    revoke(mandateId: string, options?: CommandOptions): Promise<Mandate>;
  };
  readonly me: {
    /**
     * Show who is logged in.
     *
     * `GET /v1/me`, needs `self`
     */
    get(options?: RequestOptions): Promise<User>;
    /**
     * Choose another password.
     *
     * Every session is over then, also the one this is asked by. It takes no Idempotency-Key: what is kept to recognise a request by would be kept of a password.
     *
     * `POST /v1/me/password`, needs `self`
     * @throws FinAegisProblem malformed_json, not_found, password_too_common, password_wrong, unsupported_encoding, unsupported_media_type, user_not_active, user_unknown
     */
    changePassword(body: ChangeOwnPasswordBody, options?: CommandOptions): Promise<User>;
    /**
     * Take up an authenticator as a second factor.
     *
     * It counts once a code of it has been confirmed.
     *
     * `POST /v1/me/second-factor`, needs `self`
     * @throws FinAegisProblem not_found, second_factor_in_force, user_not_active, user_unknown
     */
    proposeSecondFactor(options?: CommandOptions): Promise<ProposedSecondFactor>;
    /**
     * Show a code of the authenticator, and be given recovery codes.
     *
     * `POST /v1/me/second-factor/confirmation`, needs `self`
     * @throws FinAegisProblem malformed_json, not_found, second_factor_code_wrong, second_factor_in_force, second_factor_not_proposed, unsupported_encoding, unsupported_media_type, user_not_active, user_unknown
     */
    confirmSecondFactor(body: ConfirmSecondFactorBody, options?: CommandOptions): Promise<ConfirmedSecondFactor>;
    /**
     * List the sessions that are open, newest first.
     *
     * Those before the last change of the password, and those nobody used for half an hour, are over and not among them.
     *
     * `GET /v1/me/sessions`, needs `self`
     */
    listSessions(options?: RequestOptions): Promise<ListOwnSessionsAnswer>;
    /**
     * End a session: the one this is asked by to log out, or another one.
     *
     * `POST /v1/me/sessions/{sessionId}/revocation`, needs `self`
     * @throws FinAegisProblem session_unknown
     */
    revokeSession(sessionId: string, options?: CommandOptions): Promise<Session>;
  };
  readonly oauth: {
    /**
     * Ask what an access token is good for (RFC 7662).
     *
     * Form fields: `token`, `client_id` (the id of an API key) and `client_secret` (the key) unless HTTP Basic holds them. A client is told of its own tokens, and with the scope `auth:read` of all its tenant’s; every other one is not active.
     *
     * `POST /v1/oauth/introspection`
     */
    introspectAccessToken(body?: IntrospectAccessTokenBody, options?: RequestOptions): Promise<IntrospectedToken>;
    /**
     * Take back an access token (RFC 7009).
     *
     * Form fields: `token`, `client_id` (the id of an API key) and `client_secret` (the key) unless HTTP Basic holds them. Felt everywhere within a second. A token that is none, or over, is answered like one that was taken back.
     *
     * `POST /v1/oauth/revocation`
     */
    revokeAccessToken(body?: RevokeAccessTokenBody, options?: RequestOptions): Promise<Uint8Array<ArrayBuffer>>;
    /**
     * Get an access token for a client (RFC 6749 §4.4).
     *
     * Form fields: `grant_type=client_credentials`, `scope` (some of the client’s, all unless told), `client_id` (the id of an API key) and `client_secret` (the key) unless HTTP Basic holds them. The token is good for ten minutes, and never for more than its key by then.
     *
     * `POST /v1/oauth/token`
     */
    issueAccessToken(body?: IssueAccessTokenBody, options?: RequestOptions): Promise<AccessToken>;
  };
  readonly oauthAuthorizationServer: {
    /**
     * Tell where the endpoints of OAuth are (RFC 8414).
     *
     * `GET /.well-known/oauth-authorization-server`
     */
    getMetadata(options?: RequestOptions): Promise<AuthorizationServerMetadata>;
  };
  readonly parties: {
    /**
     * List and search parties.
     *
     * Newest first. A key that acts for a party sees that party only.
     *
     * `GET /v1/parties`, needs `party:read`
     */
    list(query?: ListPartiesQuery, options?: RequestOptions): Listing<ListPartiesAnswer['items'][number], ListPartiesAnswer>;
    /**
     * Register a party.
     *
     * Registers a person or organisation. The same id with the same content is answered with the party as it is now.
     *
     * `POST /v1/parties`, needs `party:write`
     * @throws FinAegisProblem details_do_not_fit_kind, malformed_json, party_erased, party_exists_with_different_content, staff_only, unsupported_encoding, unsupported_media_type
     */
    register(body: PartyRegistration, options?: CommandOptions): Promise<Party>;
    /**
     * Get a party.
     *
     * `GET /v1/parties/{partyId}`, needs `party:read`
     */
    get(partyId: string, options?: RequestOptions): Promise<Party>;
    /**
     * Change details of a party.
     *
     * `PATCH /v1/parties/{partyId}`, needs `party:write`
     * @throws FinAegisProblem details_do_not_fit_kind, malformed_json, party_erased, party_not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    change(partyId: string, body: PartyChange, options?: CommandOptions): Promise<Party>;
    /**
     * Get how a customer’s money is spread.
     *
     * `GET /v1/parties/{partyId}/bank-allocation`, needs `custodian:allocation`
     */
    getBankAllocation(partyId: string, options?: RequestOptions): Promise<BankAllocation>;
    /**
     * Set how a customer’s money is spread over partner banks.
     *
     * Percentages have at most two decimals and make exactly 100.
     *
     * `POST /v1/parties/{partyId}/bank-allocation`, needs `custodian:allocate`
     * @throws FinAegisProblem allocation_bank_repeated, allocation_bank_unusable, allocation_not_whole, allocation_party_unknown, allocation_primary_without_share, malformed_json, not_found, unsupported_encoding, unsupported_media_type
     */
    setBankAllocation(partyId: string, body: SetBankAllocationBody, options?: CommandOptions): Promise<BankAllocation>;
    /**
     * How an amount would be spread, and what of it would be insured.
     *
     * `POST /v1/parties/{partyId}/bank-allocation/preview`, needs `custodian:allocation`
     */
    previewBankAllocation(partyId: string, body: PreviewBankAllocationBody, options?: RequestOptions): Promise<BankAllocationPreview>;
    /**
     * Erase a party.
     *
     * Destroys the key of everything personal about the party, for ever. The log keeps its hashes and proofs.
     *
     * `POST /v1/parties/{partyId}/erasure`, needs `party:erase`
     * @throws FinAegisProblem erasure_refused_retention, malformed_json, party_not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    erase(partyId: string, body: Erasure, options?: CommandOptions): Promise<Party>;
    /**
     * State the KYC of a party.
     *
     * `POST /v1/parties/{partyId}/kyc`, needs `party:kyc`
     * @throws FinAegisProblem malformed_json, party_erased, party_not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    setKyc(partyId: string, body: KycStatement, options?: CommandOptions): Promise<Party>;
  };
  readonly payees: {
    /**
     * Ask the payee’s bank whether it knows the name for the account.
     *
     * `POST /v1/payees/verification`, needs `payment:create`
     */
    verify(body: PayeeToVerify, options?: RequestOptions): Promise<PayeeVerification>;
  };
  readonly paymentRequests: {
    /**
     * List payment requests, newest first.
     *
     * A customer is shown those it is asked by, and those for accounts it has a mandate on.
     *
     * `GET /v1/payment-requests`, needs `payment:read`
     */
    list(query?: ListPaymentRequestsQuery, options?: RequestOptions): Listing<ListPaymentRequestsAnswer['items'][number], ListPaymentRequestsAnswer>;
    /**
     * Ask another party of the tenant for money.
     *
     * `POST /v1/payment-requests`, needs `payment:create`
     * @throws FinAegisProblem account_unknown, malformed_json, mandate_missing, not_found, payment_request_exists_with_different_content, unsupported_encoding, unsupported_media_type
     */
    create(body: PaymentRequestToMake, options?: CommandOptions): Promise<RequestedPayment>;
    /**
     * Get a payment request.
     *
     * `GET /v1/payment-requests/{requestId}`, needs `payment:read`
     */
    get(requestId: string, options?: RequestOptions): Promise<RequestedPayment>;
    /**
     * Pay what was asked for.
     *
     * One booking from an account of the payer; asked twice it is paid once.
     *
     * `POST /v1/payment-requests/{requestId}/payment`, needs `payment:create`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, idempotency_key_required, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, payment_request_over, payment_request_unknown, reversal_exceeds_original, reversal_not_reversible, unsupported_encoding, unsupported_media_type
     */
    pay(requestId: string, body: PaymentRequestPayment, options?: CommandOptions): Promise<RequestedPayment>;
    /**
     * Say no to a payment request, or take it back.
     *
     * `POST /v1/payment-requests/{requestId}/refusal`, needs `payment:create`
     * @throws FinAegisProblem not_found, payment_request_over, payment_request_unknown
     */
    decline(requestId: string, options?: CommandOptions): Promise<RequestedPayment>;
  };
  readonly payments: {
    /**
     * List payments, newest first.
     *
     * A customer is shown those of the accounts it has a mandate on.
     *
     * `GET /v1/payments`, needs `payment:read`
     */
    list(query?: ListPaymentsQuery, options?: RequestOptions): Listing<ListPaymentsAnswer['items'][number], ListPaymentsAnswer>;
    /**
     * Pay somebody.
     *
     * To an account of this bank it is one booking and settled at once. To another bank it is taken on here and goes its way by itself; follow its status. Asking twice with one id is one payment.
     *
     * `POST /v1/payments`, needs `payment:create`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, creditor_account_missing, creditor_takes_no_credits, day_closed, idempotency_key_required, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, payee_not_matched, payment_exists_with_different_content, payment_refused, rail_not_found, reversal_exceeds_original, reversal_not_reversible, unsupported_encoding, unsupported_media_type
     */
    create(body: PaymentRequest, options?: CommandOptions): Promise<Payment>;
    /**
     * Get a payment.
     *
     * `GET /v1/payments/{paymentId}`, needs `payment:read`
     */
    get(paymentId: string, options?: RequestOptions): Promise<Payment>;
    /**
     * Cancel a payment the bank has not been told of.
     *
     * `POST /v1/payments/{paymentId}/cancellation`, needs `payment:create`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, mandate_missing, not_found, payment_not_cancellable, payment_unknown, reversal_exceeds_original, reversal_not_reversible
     */
    cancel(paymentId: string, options?: CommandOptions): Promise<Payment>;
    /**
     * Record that a payment came back.
     *
     * For staff and connectors. The money is credited to who paid, or to suspense where his account cannot take it.
     *
     * `POST /v1/payments/{paymentId}/returns`, needs `payment:rail`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, idempotency_key_required, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, not_found, payment_already_returned, payment_not_returnable, payment_unknown, return_exceeds_payment, reversal_exceeds_original, reversal_not_reversible, staff_only, unsupported_encoding, unsupported_media_type
     */
    return(paymentId: string, body: PaymentReturn, options?: CommandOptions): Promise<Payment>;
    /**
     * Let a payment in review go, or not.
     *
     * By another person than the one who created it.
     *
     * `POST /v1/payments/{paymentId}/review`, needs `payment:review`
     * @throws FinAegisProblem malformed_json, not_found, payment_not_in_review, payment_unknown, reviewer_is_creator, staff_only, unsupported_encoding, unsupported_media_type
     */
    review(paymentId: string, body: PaymentReview, options?: CommandOptions): Promise<Payment>;
  };
  readonly personalDataLooks: {
    /**
     * List whose personal data staff were shown, newest first.
     *
     * One line for each request and each whose values were in its answer; a list that shows fifty customers leaves fifty. Nothing is noted of customers who look at their own. A line is there about a second after the answer.
     *
     * `GET /v1/personal-data-looks`, needs `oversight:read`
     */
    list(query?: ListPersonalDataLooksQuery, options?: RequestOptions): Listing<ListPersonalDataLooksAnswer['items'][number], ListPersonalDataLooksAnswer>;
  };
  readonly products: {
    /**
     * List products, newest versions first.
     *
     * `GET /v1/products`, needs `product:read`
     */
    list(options?: RequestOptions): Promise<ListProductsAnswer>;
    /**
     * Publish the next version of a product.
     *
     * Accounts opened under an earlier version keep it.
     *
     * `POST /v1/products`, needs `product:publish`
     * @throws FinAegisProblem malformed_json, product_version_exists_with_different_terms, product_version_not_next, staff_only, unsupported_encoding, unsupported_media_type
     */
    publish(body: PublishProductBody, options?: CommandOptions): Promise<ProductVersion>;
    /**
     * Get all versions of a product, newest first.
     *
     * `GET /v1/products/{product}`, needs `product:read`
     */
    get(product: string, options?: RequestOptions): Promise<GetProductAnswer>;
  };
  readonly providerDays: {
    /**
     * List explained days of the account at the card provider, newest first.
     *
     * `GET /v1/provider-days`, needs `payment:work`
     */
    list(query?: ListProviderDaysQuery, options?: RequestOptions): Listing<ListProviderDaysAnswer['items'][number], ListProviderDaysAnswer>;
    /**
     * Explain a day of the account at the card provider to the cent.
     *
     * `GET /v1/provider-days/{dayId}`, needs `payment:work`
     */
    get(dayId: string, options?: RequestOptions): Promise<ProviderDay>;
  };
  readonly providers: {
    /**
     * Tell how the providers are.
     *
     * One item per operation, by provider. States are those of the whole bank; counts are of the process that answers.
     *
     * `GET /v1/providers/health`, needs `providers:read`
     */
    listHealth(options?: RequestOptions): Promise<ListProviderHealthAnswer>;
    /**
     * Open or close a breaker by hand, or leave it to itself again.
     *
     * For the platform’s own keys. It holds in every process within a second, and until it is `automatic` again.
     *
     * `POST /v1/providers/{provider}/operations/{operation}/breaker`, needs `providers:write`
     * @throws FinAegisProblem breakers_belong_to_platform, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    switchBreaker(provider: string, operation: string, body: SwitchBreakerBody, options?: CommandOptions): Promise<SwitchBreakerAnswer>;
  };
  readonly quotes: {
    /**
     * Bind a price for a conversion.
     *
     * Good for 30 seconds and one conversion.
     *
     * `POST /v1/quotes`, needs `ledger:quote`
     * @throws FinAegisProblem entity_unknown, malformed_json, quote_amount_too_small, quote_exists_with_different_terms, quote_rate_malformed, quote_same_asset, rate_date_in_future, rate_stale, rate_unknown, unsupported_encoding, unsupported_media_type, view_behind
     */
    issue(body: QuoteRequest, options?: CommandOptions): Promise<Quote>;
    /**
     * Get a quote.
     *
     * `GET /v1/quotes/{quoteId}`, needs `ledger:read`
     */
    get(quoteId: string, options?: RequestOptions): Promise<Quote>;
  };
  readonly rateFetches: {
    /**
     * Fetch rates from the providers now.
     *
     * For days that are missing, or to see whether a source can be reached; workers ask the sources every hour by themselves. One that fails is told of in `outcome` and keeps none of the others from it. Needs a key of the platform.
     *
     * `POST /v1/rate-fetches`, needs `rate:write`
     * @throws FinAegisProblem malformed_json, rates_belong_to_platform, staff_only, unsupported_encoding, unsupported_media_type
     */
    fetch(body: FetchRatesBody, options?: CommandOptions): Promise<FetchRatesAnswer>;
  };
  readonly rateImports: {
    /**
     * Import reference rates from a file of the European Central Bank.
     *
     * The history or one day, as CSV or XML. Days that are there already are counted and left as they are. Needs a key of the platform.
     *
     * `POST /v1/rate-imports`, needs `rate:write`
     * @throws FinAegisProblem rate_file_unreadable, rates_belong_to_platform, staff_only, unsupported_encoding, unsupported_media_type
     */
    import(body: FileBody<'application/xml' | 'text/csv' | 'text/xml'>, options?: CommandOptions): Promise<RateImport>;
  };
  readonly rateProviders: {
    /**
     * List the providers of rates in the order they are asked.
     *
     * `GET /v1/rate-providers`, needs `rate:read`
     */
    list(options?: RequestOptions): Promise<ListRateProvidersAnswer>;
  };
  readonly rates: {
    /**
     * Set a rate of your own.
     *
     * It goes before the rates of providers from `validFrom` to the day before `validTo`. A rate is never changed; a later one for the same days goes before it.
     *
     * `POST /v1/rates`, needs `rate:write`
     * @throws FinAegisProblem idempotency_key_required, malformed_json, rate_asset_unknown, rate_exists_with_different_content, staff_only, unsupported_encoding, unsupported_media_type
     */
    publishManual(body: PublishManualRateBody, options?: CommandOptions): Promise<ManualRate>;
    /**
     * Get the rate between two assets.
     *
     * Providers are asked by priority; a rate that is too old is refused, never used.
     *
     * `GET /v1/rates/{from}/{to}`, needs `rate:read`
     */
    get(from: AssetCode, to: AssetCode, query?: GetRateQuery, options?: RequestOptions): Promise<ExchangeRate>;
    /**
     * List the rates between two assets, newest first.
     *
     * `GET /v1/rates/{from}/{to}/history`, needs `rate:read`
     */
    list(from: AssetCode, to: AssetCode, query?: ListRatesQuery, options?: RequestOptions): Listing<ListRatesAnswer['items'][number], ListRatesAnswer>;
  };
  readonly realtime: {
    /**
     * Sign a subscription to a channel.
     *
     * Asked by clients of the Pusher protocol before they subscribe. The signature is good for this connection and channel only; whether the key may still listen is looked at again and again while it does. With `position`, what came after it is sent first.
     *
     * `POST /v1/realtime/auth`, needs `realtime:read`
     */
    authorizeChannel(body: AuthorizeChannelBody, options?: RequestOptions): Promise<AuthorizeChannelAnswer>;
  };
  readonly refundPolicies: {
    /**
     * Get which refunds go by themselves, and what they cost.
     *
     * `GET /v1/refund-policies/{entity}`, needs `payment:work`
     */
    get(entity: string, options?: RequestOptions): Promise<RefundPolicy>;
    /**
     * Set which refunds go by themselves, and what they cost.
     *
     * Refunds that were asked for before keep what they were asked for under.
     *
     * `POST /v1/refund-policies/{entity}`, needs `payment:policy`
     * @throws FinAegisProblem entity_unknown, malformed_json, staff_only, unsupported_encoding, unsupported_media_type
     */
    set(entity: string, body: RefundPolicyRequest, options?: CommandOptions): Promise<RefundPolicy>;
  };
  readonly refunds: {
    /**
     * List refunds, newest first.
     *
     * A customer is shown those of the accounts it has a mandate on.
     *
     * `GET /v1/refunds`, needs `payment:read`
     */
    list(query?: ListRefundsQuery, options?: RequestOptions): Listing<ListRefundsAnswer['items'][number], ListRefundsAnswer>;
    /**
     * Send a payment, or a part of it, back to its payer.
     *
     * Refunds and disputes of a payment share one remainder. A small and recent one, and our own errors, go by themselves; others wait for another person.
     *
     * `POST /v1/refunds`, needs `payment:refund`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, idempotency_key_required, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, payment_not_refundable, refund_address_missing, refund_asset_differs, refund_exceeds_remainder, refund_exists_with_different_content, reversal_exceeds_original, reversal_not_reversible, staff_only, unsupported_encoding, unsupported_media_type
     */
    request(body: RefundRequest, options?: CommandOptions): Promise<Refund>;
    /**
     * Get a refund.
     *
     * `GET /v1/refunds/{refundId}`, needs `payment:read`
     */
    get(refundId: string, options?: RequestOptions): Promise<Refund>;
    /**
     * Take back a refund that the account has not paid yet.
     *
     * `POST /v1/refunds/{refundId}/cancellation`, needs `payment:refund`
     * @throws FinAegisProblem mandate_missing, not_found, refund_not_cancellable, refund_unknown
     */
    cancel(refundId: string, options?: CommandOptions): Promise<Refund>;
    /**
     * Record that a refund came back after it had gone.
     *
     * For staff and connectors of banks; a card provider says so itself.
     *
     * `POST /v1/refunds/{refundId}/return`, needs `payment:rail`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, not_found, refund_not_returnable, refund_unknown, reversal_exceeds_original, reversal_not_reversible, staff_only, unsupported_encoding, unsupported_media_type
     */
    return(refundId: string, body: RefundReturn, options?: CommandOptions): Promise<Refund>;
    /**
     * Let a refund go, or not.
     *
     * By another person than the one who asked for it.
     *
     * `POST /v1/refunds/{refundId}/review`, needs `payment:review`
     * @throws FinAegisProblem approver_is_requester, malformed_json, not_found, refund_not_awaiting_approval, refund_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    review(refundId: string, body: RefundReview, options?: CommandOptions): Promise<Refund>;
  };
  readonly roles: {
    /**
     * List roles and what they give.
     *
     * Those every tenant has first, then the tenant’s own by name, retired ones included.
     *
     * `GET /v1/roles`, needs `auth:read`
     */
    list(options?: RequestOptions): Promise<ListRolesAnswer>;
    /**
     * Make a role of your own, or change it.
     *
     * Whoever has the role may do what it says from the next second on. It can hold no scope that the asking principal does not hold.
     *
     * `POST /v1/roles`, needs `auth:roles`
     * @throws FinAegisProblem malformed_json, role_is_built_in, scope_not_held, scope_unknown, staff_only, unmasked_not_held, unsupported_encoding, unsupported_media_type
     */
    define(body: DefineRoleBody, options?: CommandOptions): Promise<Role>;
    /**
     * Show one role.
     *
     * `GET /v1/roles/{role}`, needs `auth:read`
     */
    get(role: string, options?: RequestOptions): Promise<Role>;
    /**
     * Retire a role of your own.
     *
     * It gives nothing any more to whoever has it. Defining it again brings it back.
     *
     * `POST /v1/roles/{role}/retirement`, needs `auth:roles`
     * @throws FinAegisProblem role_is_built_in, role_unknown, staff_only
     */
    retire(role: string, options?: CommandOptions): Promise<Role>;
  };
  readonly sagas: {
    /**
     * List sagas, newest first.
     *
     * `GET /v1/sagas`, needs `saga:read`
     */
    list(query?: ListSagasQuery, options?: RequestOptions): Listing<ListSagasAnswer['items'][number], ListSagasAnswer>;
    /**
     * Show a saga: where it stands, and everything that happened to it.
     *
     * `GET /v1/sagas/{sagaId}`, needs `saga:read`
     */
    get(sagaId: string, options?: RequestOptions): Promise<GetSagaAnswer>;
    /**
     * Take back what a saga did.
     *
     * `POST /v1/sagas/{sagaId}/cancel`, needs `saga:write`
     * @throws FinAegisProblem malformed_json, saga_ended, saga_past_return, saga_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    cancel(sagaId: string, body: CancelSagaBody, options?: CommandOptions): Promise<CancelSagaAnswer>;
    /**
     * Go on as if the step of a parked saga were done.
     *
     * `POST /v1/sagas/{sagaId}/resume`, needs `saga:write`
     * @throws FinAegisProblem malformed_json, saga_ended, saga_not_parked, saga_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    resume(sagaId: string, body: ResumeSagaBody, options?: CommandOptions): Promise<ResumeSagaAnswer>;
    /**
     * Try the step of a parked saga again.
     *
     * `POST /v1/sagas/{sagaId}/retry`, needs `saga:write`
     * @throws FinAegisProblem malformed_json, saga_ended, saga_not_parked, saga_unknown, staff_only, unsupported_encoding, unsupported_media_type
     */
    retry(sagaId: string, body: RetrySagaBody, options?: CommandOptions): Promise<RetrySagaAnswer>;
  };
  readonly securityEvents: {
    /**
     * List what happened to the doors: sign-ins, refusals, keys, roles, factors, newest first.
     *
     * Refusals (401 and 403) of principals that are known are told together, by principal, problem and operation, every ten seconds; what is too many kinds to be told apart is told as `others`.
     *
     * `GET /v1/security-events`, needs `oversight:read`
     */
    list(query?: ListSecurityEventsQuery, options?: RequestOptions): Listing<ListSecurityEventsAnswer['items'][number], ListSecurityEventsAnswer>;
  };
  readonly sessions: {
    /**
     * Log in.
     *
     * Opens a session under a token that is always a new one. Whether an address is anybody’s is not told, neither by the answer nor by the time it takes.
     *
     * `POST /v1/sessions`
     */
    logIn(body: LogInBody, options?: RequestOptions): Promise<OpenedSession>;
  };
  readonly standingOrders: {
    /**
     * Let a standing order go on.
     *
     * `POST /v1/standing-orders/{orderId}/resumption`, needs `account:order`
     * @throws FinAegisProblem malformed_json, mandate_missing, not_found, standing_order_ended, standing_order_unknown, unsupported_encoding, unsupported_media_type
     */
    resume(orderId: string, body: OrderResumption, options?: CommandOptions): Promise<OrderSchedule>;
    /**
     * Get when a standing order is paid next.
     *
     * `GET /v1/standing-orders/{orderId}/schedule`, needs `account:read`
     */
    getSchedule(orderId: string, options?: RequestOptions): Promise<OrderSchedule>;
    /**
     * Say how a standing order is executed from now on.
     *
     * `POST /v1/standing-orders/{orderId}/schedule`, needs `account:order`
     * @throws FinAegisProblem malformed_json, mandate_missing, not_found, standing_order_ended, standing_order_unknown, unsupported_encoding, unsupported_media_type
     */
    setSchedule(orderId: string, body: OrderScheduleTerms, options?: CommandOptions): Promise<OrderSchedule>;
    /**
     * Let a standing order rest.
     *
     * What falls into that time is not paid later.
     *
     * `POST /v1/standing-orders/{orderId}/suspension`, needs `account:order`
     * @throws FinAegisProblem mandate_missing, not_found, standing_order_ended, standing_order_unknown
     */
    suspend(orderId: string, options?: CommandOptions): Promise<OrderSchedule>;
  };
  readonly statementRuns: {
    /**
     * Issue every statement whose cycle ends on a date.
     *
     * Asked again it issues nothing more. A missed run is caught up with by the next: its statements then cover both periods.
     *
     * `POST /v1/statement-runs`, needs `account:statement`
     * @throws FinAegisProblem entity_unknown, malformed_json, staff_only, statement_period_open, unsupported_encoding, unsupported_media_type, view_behind
     */
    run(body: StatementRunRequest, options?: CommandOptions): Promise<StatementRunReport>;
  };
  readonly stepUpPolicies: {
    /**
     * List which commands need a fresh code of whoever asks, and which could.
     *
     * `GET /v1/step-up-policies`, needs `proof:read`
     */
    list(options?: RequestOptions): Promise<ListStepUpPoliciesAnswer>;
    /**
     * Let a command need a fresh code of whoever asks, or say it otherwise.
     *
     * Counts from the next second on, for users and their keys. Where `from` names amounts, a command whose amount cannot be found, or is of an asset not named, needs a code as well.
     *
     * `POST /v1/step-up-policies`, needs `proof:policy`
     * @throws FinAegisProblem malformed_json, staff_only, step_up_command_unknown, unsupported_encoding, unsupported_media_type
     */
    set(body: SetStepUpPolicyBody, options?: CommandOptions): Promise<StepUpPolicy>;
    /**
     * Let a command go without a fresh code.
     *
     * `POST /v1/step-up-policies/{command}/removal`, needs `proof:policy`
     * @throws FinAegisProblem staff_only
     */
    remove(command: string, options?: CommandOptions): Promise<StepUpPolicy>;
  };
  readonly tenants: {
    /**
     * List tenants, newest first.
     *
     * `GET /v1/tenants`, needs `tenancy:read`
     */
    list(query?: ListTenantsQuery, options?: RequestOptions): Listing<ListTenantsAnswer['items'][number], ListTenantsAnswer>;
    /**
     * Create a tenant.
     *
     * Give the tenant an id of your own to make repeats harmless beyond the life of an Idempotency-Key.
     *
     * `POST /v1/tenants`, needs `tenancy:write`
     * @throws FinAegisProblem idempotency_key_required, malformed_json, platform_principal_required, tenant_exists_with_different_name, tenant_is_platform, unsupported_encoding, unsupported_media_type
     */
    create(body: CreateTenantBody, options?: CommandOptions): Promise<CreateTenantAnswer>;
    /**
     * Create an API key of a tenant.
     *
     * For the platform’s own keys only: how a new tenant gets its first key.
     *
     * `POST /v1/tenants/{tenantId}/api-keys`, needs `tenancy:write`
     * @throws FinAegisProblem acting_for_not_held, acting_for_unknown, api_key_exists_with_different_content, expiry_in_past, grants_missing, idempotency_key_required, malformed_json, not_found, platform_principal_required, role_needs_party, role_unknown, scope_not_held, scope_unknown, token_makes_no_key, unmasked_not_held, unsupported_encoding, unsupported_media_type
     */
    createApiKey(tenantId: string, body: CreateTenantApiKeyBody, options?: CommandOptions): Promise<CreateTenantApiKeyAnswer>;
    /**
     * Let a suspended tenant write again.
     *
     * `POST /v1/tenants/{tenantId}/resumption`, needs `tenancy:write`
     * @throws FinAegisProblem idempotency_key_required, not_found, platform_principal_required, tenant_is_platform, tenant_unknown
     */
    resume(tenantId: string, options?: CommandOptions): Promise<ResumeTenantAnswer>;
    /**
     * Suspend a tenant.
     *
     * Its writes are refused within a second, its reads go on.
     *
     * `POST /v1/tenants/{tenantId}/suspension`, needs `tenancy:write`
     * @throws FinAegisProblem idempotency_key_required, malformed_json, not_found, platform_principal_required, tenant_is_platform, tenant_unknown, unsupported_encoding, unsupported_media_type
     */
    suspend(tenantId: string, body: SuspendTenantBody, options?: CommandOptions): Promise<SuspendTenantAnswer>;
  };
  readonly transferBatches: {
    /**
     * Move money many times with one request.
     *
     * Repeated under its Idempotency-Key after a crash in the middle, an independent batch goes on where it was and books nothing twice.
     *
     * `POST /v1/transfer-batches`, needs `ledger:transfer`
     * @throws FinAegisProblem account_unknown, batch_too_large, idempotency_key_required, journal_malformed, linked_journal_refused, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    create(body: TransferBatch, options?: CommandOptions): Promise<TransferBatchAnswer>;
  };
  readonly transfers: {
    /**
     * Move money between two accounts.
     *
     * One journal, in full or not at all: the amount from `from` to `to`, and the fee, if any, from `from` to the house.
     *
     * `POST /v1/transfers`, needs `ledger:transfer`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, announcement_not_of_credited_account, announcement_not_open, announcement_unknown, balance_out_of_range, capture_exceeds_debit, capture_exceeds_hold, day_closed, hold_not_active, hold_not_of_debited_account, hold_unknown, idempotency_key_required, insufficient_funds, journal_exists_with_different_content, journal_malformed, journal_unbalanced, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    create(body: Transfer, options?: CommandOptions): Promise<Journal>;
  };
  readonly users: {
    /**
     * List users, newest first.
     *
     * `GET /v1/users`, needs `identity:read`
     */
    list(query?: ListUsersQuery, options?: RequestOptions): Listing<ListUsersAnswer['items'][number], ListUsersAnswer>;
    /**
     * Invite somebody to become a user.
     *
     * The answer holds what the person sets its password with, once. Roles can be given only by whoever holds what they give.
     *
     * `POST /v1/users`, needs `identity:write`
     * @throws FinAegisProblem acting_for_not_held, acting_for_unknown, email_taken, idempotency_key_required, malformed_json, role_needs_party, role_unknown, scope_not_held, staff_only, unmasked_not_held, unsupported_encoding, unsupported_media_type, user_exists_with_different_content
     */
    invite(body: InviteUserBody, options?: CommandOptions): Promise<InvitedUser>;
    /**
     * Show one user.
     *
     * `GET /v1/users/{userId}`, needs `identity:read`
     */
    get(userId: string, options?: RequestOptions): Promise<User>;
    /**
     * Erase a user.
     *
     * Destroys the key of everything personal about the user, for ever; the log keeps hashes and proofs, and what the user did under its id. Its sessions and keys open nothing within a second, and its address is nobody’s.
     *
     * `POST /v1/users/{userId}/erasure`, needs `identity:erase`
     * @throws FinAegisProblem malformed_json, staff_only, unsupported_encoding, unsupported_media_type, user_unknown
     */
    erase(userId: string, body: EraseUserBody, options?: CommandOptions): Promise<User>;
    /**
     * Invite a user anew, to set another password.
     *
     * For whoever lost its password or its invitation. Until it is used the password before stays; a second factor stays in any case.
     *
     * `POST /v1/users/{userId}/invitation`, needs `identity:write`
     * @throws FinAegisProblem acting_for_not_held, idempotency_key_required, scope_not_held, staff_only, unmasked_not_held, user_is_erased, user_unknown
     */
    reinvite(userId: string, options?: CommandOptions): Promise<InvitedUser>;
    /**
     * Let a suspended user work again.
     *
     * `POST /v1/users/{userId}/resumption`, needs `identity:write`
     * @throws FinAegisProblem acting_for_not_held, scope_not_held, staff_only, unmasked_not_held, user_is_erased, user_unknown
     */
    resume(userId: string, options?: CommandOptions): Promise<User>;
    /**
     * Give a user other roles.
     *
     * They count from the next second on, for sessions and for the user’s keys.
     *
     * `POST /v1/users/{userId}/roles`, needs `identity:write`
     * @throws FinAegisProblem acting_for_not_held, malformed_json, role_needs_party, role_unknown, scope_not_held, staff_only, unmasked_not_held, unsupported_encoding, unsupported_media_type, user_is_erased, user_unknown
     */
    changeRoles(userId: string, body: ChangeUserRolesBody, options?: CommandOptions): Promise<User>;
    /**
     * Take away a second factor that was lost.
     *
     * `POST /v1/users/{userId}/second-factor/removal`, needs `identity:write`
     * @throws FinAegisProblem acting_for_not_held, scope_not_held, staff_only, unmasked_not_held, user_is_erased, user_unknown
     */
    removeSecondFactor(userId: string, options?: CommandOptions): Promise<User>;
    /**
     * End every session of a user.
     *
     * `POST /v1/users/{userId}/sessions/end`, needs `identity:write`
     * @throws FinAegisProblem staff_only, user_unknown
     */
    endSessions(userId: string, options?: CommandOptions): Promise<User>;
    /**
     * Suspend a user.
     *
     * Its sessions are over and its keys open nothing, within a second.
     *
     * `POST /v1/users/{userId}/suspension`, needs `identity:write`
     * @throws FinAegisProblem malformed_json, staff_only, unsupported_encoding, unsupported_media_type, user_unknown
     */
    suspend(userId: string, body: SuspendUserBody, options?: CommandOptions): Promise<User>;
  };
  readonly webhookDeliveries: {
    /**
     * List deliveries.
     *
     * Newest first; kept for thirty days.
     *
     * `GET /v1/webhook-deliveries`, needs `webhook:read`
     */
    list(query?: ListWebhookDeliveriesQuery, options?: RequestOptions): Listing<ListWebhookDeliveriesAnswer['items'][number], ListWebhookDeliveriesAnswer>;
    /**
     * Show one delivery.
     *
     * With what is sent, and each attempt with its answer and how long it took.
     *
     * `GET /v1/webhook-deliveries/{deliveryId}`, needs `webhook:read`
     */
    get(deliveryId: string, options?: RequestOptions): Promise<WebhookDeliveryStory>;
    /**
     * Make one delivery again.
     *
     * With the same `webhook-id`, by which the receiver knows the repeat.
     *
     * `POST /v1/webhook-deliveries/{deliveryId}/resend`, needs `webhook:write`
     * @throws FinAegisProblem not_found, staff_only, webhook_endpoint_deleted, webhook_endpoint_disabled, webhook_endpoint_unknown
     */
    resend(deliveryId: string, options?: CommandOptions): Promise<WebhookEndpoint>;
  };
  readonly webhookEndpoints: {
    /**
     * List webhook endpoints.
     *
     * `GET /v1/webhook-endpoints`, needs `webhook:read`
     */
    list(query?: ListWebhookEndpointsQuery, options?: RequestOptions): Listing<ListWebhookEndpointsAnswer['items'][number], ListWebhookEndpointsAnswer>;
    /**
     * Create a webhook endpoint.
     *
     * What is booked from now on is sent to it, signed with the secret that stands in this answer only.
     *
     * `POST /v1/webhook-endpoints`, needs `webhook:write`
     * @throws FinAegisProblem event_type_unknown, idempotency_key_required, malformed_json, staff_only, unsupported_encoding, unsupported_media_type, webhook_endpoint_deleted, webhook_endpoint_exists_with_different_content, webhook_url_not_allowed
     */
    create(body: CreateWebhookEndpointBody, options?: CommandOptions): Promise<WebhookEndpoint & Partial<WebhookEndpointWithSecret>>;
    /**
     * Delete a webhook endpoint.
     *
     * For ever: the key under which its secrets and headers lie is destroyed. Deleting twice is not an error.
     *
     * `DELETE /v1/webhook-endpoints/{endpointId}`, needs `webhook:write`
     * @throws FinAegisProblem staff_only, webhook_endpoint_unknown
     */
    delete(endpointId: string, options?: CommandOptions): Promise<WebhookEndpoint>;
    /**
     * Show one webhook endpoint.
     *
     * `GET /v1/webhook-endpoints/{endpointId}`, needs `webhook:read`
     */
    get(endpointId: string, options?: RequestOptions): Promise<WebhookEndpoint>;
    /**
     * Change a webhook endpoint.
     *
     * Only what is named changes; headers are replaced as a whole.
     *
     * `PATCH /v1/webhook-endpoints/{endpointId}`, needs `webhook:write`
     * @throws FinAegisProblem event_type_unknown, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type, webhook_endpoint_deleted, webhook_endpoint_unknown, webhook_url_not_allowed
     */
    change(endpointId: string, body: ChangeWebhookEndpointBody, options?: CommandOptions): Promise<WebhookEndpoint>;
    /**
     * Pause a webhook endpoint.
     *
     * What happens meanwhile is kept for it, thirty days at most.
     *
     * `POST /v1/webhook-endpoints/{endpointId}/pause`, needs `webhook:write`
     * @throws FinAegisProblem staff_only, webhook_endpoint_deleted, webhook_endpoint_disabled, webhook_endpoint_unknown
     */
    pause(endpointId: string, options?: CommandOptions): Promise<WebhookEndpoint>;
    /**
     * Send again what was booked since an instant.
     *
     * Made anew from the log, so what an endpoint missed while it was given up is sent as well.
     *
     * `POST /v1/webhook-endpoints/{endpointId}/resend`, needs `webhook:write`
     * @throws FinAegisProblem malformed_json, not_found, resend_time_empty, staff_only, unsupported_encoding, unsupported_media_type, webhook_endpoint_deleted, webhook_endpoint_disabled, webhook_endpoint_unknown
     */
    resend(endpointId: string, body: ResendWebhooksBody, options?: CommandOptions): Promise<WebhookEndpoint>;
    /**
     * Resume a webhook endpoint.
     *
     * After a pause what was kept is sent; one that was disabled is sent what still waited, and what happens from now on.
     *
     * `POST /v1/webhook-endpoints/{endpointId}/resume`, needs `webhook:write`
     * @throws FinAegisProblem staff_only, webhook_endpoint_deleted, webhook_endpoint_unknown
     */
    resume(endpointId: string, options?: CommandOptions): Promise<WebhookEndpoint>;
    /**
     * Give a webhook endpoint a new secret.
     *
     * Messages are signed with every valid secret, so a receiver may change over at any time of the grace.
     *
     * `POST /v1/webhook-endpoints/{endpointId}/secret-rotation`, needs `webhook:write`
     * @throws FinAegisProblem idempotency_key_required, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type, webhook_endpoint_deleted, webhook_endpoint_unknown, webhook_secrets_too_many
     */
    rotateSecret(endpointId: string, body: RotateWebhookSecretBody, options?: CommandOptions): Promise<WebhookEndpointWithSecret>;
    /**
     * Send a test.
     *
     * The sample of a type, marked `isTest`, signed like any other message and whatever the filters.
     *
     * `POST /v1/webhook-endpoints/{endpointId}/test`, needs `webhook:write`
     * @throws FinAegisProblem event_type_unknown, malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type, webhook_endpoint_deleted, webhook_endpoint_disabled, webhook_endpoint_unknown
     */
    test(endpointId: string, body: TestWebhookEndpointBody, options?: CommandOptions): Promise<WebhookEndpoint>;
  };
  readonly webhookMessages: {
    /**
     * List stored messages, newest first.
     *
     * `GET /v1/webhook-messages`, needs `payment:webhook`
     */
    list(query?: ListWebhookMessagesQuery, options?: RequestOptions): Listing<ListWebhookMessagesAnswer['items'][number], ListWebhookMessagesAnswer>;
    /**
     * Have a stored message worked on again.
     *
     * `POST /v1/webhook-messages/{key}/replay`, needs `payment:webhook`
     * @throws FinAegisProblem staff_only, webhook_message_under_way, webhook_message_unknown
     */
    replay(key: string, options?: CommandOptions): Promise<WebhookMessage>;
  };
  readonly withdrawals: {
    /**
     * Withdraw from an account.
     *
     * `POST /v1/withdrawals`, needs `account:withdraw`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, house_account_expected, idempotency_key_required, insufficient_funds, journal_exists_with_different_content, journal_malformed, journal_unbalanced, malformed_json, mandate_limit_exceeded, mandate_missing, not_found, staff_only, unsupported_encoding, unsupported_media_type
     */
    withdraw(body: WithdrawalRequest, options?: CommandOptions): Promise<Withdrawal>;
  };
  readonly workItems: {
    /**
     * List work items, newest first, with totals by age.
     *
     * `GET /v1/work-items`, needs `payment:work`
     */
    list(query?: ListWorkItemsQuery, options?: RequestOptions): Listing<WorkItemPage['items'][number], WorkItemPage>;
    /**
     * Get a work item.
     *
     * `GET /v1/work-items/{workItemId}`, needs `payment:work`
     */
    get(workItemId: string, options?: RequestOptions): Promise<WorkItem>;
    /**
     * Make somebody responsible for a work item.
     *
     * `POST /v1/work-items/{workItemId}/assignment`, needs `payment:work`
     * @throws FinAegisProblem malformed_json, not_found, staff_only, unsupported_encoding, unsupported_media_type, work_item_already_resolved, work_item_unknown
     */
    assign(workItemId: string, body: WorkItemAssignment, options?: CommandOptions): Promise<WorkItem>;
    /**
     * Payments that may explain a work item.
     *
     * `GET /v1/work-items/{workItemId}/proposals`, needs `payment:work`
     */
    proposeFor(workItemId: string, options?: RequestOptions): Promise<WorkItemProposals>;
    /**
     * Resolve a work item.
     *
     * `applied` credits an account, `returned` pays it back to its sender, `written_off` takes it as income (by another person than the owner), `explained` closes a difference. The item of a parked saga is resolved by deciding about the saga: `/v1/sagas/{sagaId}/retry`, `/resume`, `/cancel`. That of a break with a bank’s statement ends with the break: `/v1/custodian-breaks/{breakId}/proposal`, `/explanation`.
     *
     * `POST /v1/work-items/{workItemId}/resolution`, needs `payment:work`
     * @throws FinAegisProblem account_closed, account_credits_blocked, account_debits_blocked, account_pays_itself, account_unknown, amount_not_positive, balance_out_of_range, day_closed, insufficient_funds, journal_already_reversed, journal_exists_with_different_content, journal_malformed, journal_unbalanced, journal_unknown, malformed_json, not_found, owner_may_not_write_off, payment_exists_with_different_content, rail_not_found, resolution_not_for_kind, reversal_exceeds_original, reversal_not_reversible, sender_unknown, staff_only, unsupported_encoding, unsupported_media_type, work_item_already_resolved, work_item_has_no_owner, work_item_unknown, work_item_waits_for_booking, work_item_waits_for_break, work_item_waits_for_saga
     */
    resolve(workItemId: string, body: WorkItemResolution, options?: CommandOptions): Promise<WorkItem>;
  };
}
