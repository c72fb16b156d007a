// Written by `npm run generate` from docs/reference/openapi.json; what is changed here is lost.

/** Every problem by its code, with the status it comes with. */
export interface KnownProblems {
  /** The account is closed. */
  readonly account_closed: 422;
  /** The account is blocked for credits. */
  readonly account_credits_blocked: 422;
  /** The account is blocked for debits. */
  readonly account_debits_blocked: 422;
  /** An account with this id exists with other content. */
  readonly account_exists_with_different_content: 409;
  /** An account with this id exists with other terms. */
  readonly account_exists_with_different_terms: 409;
  /** The account has no floor. */
  readonly account_has_no_floor: 422;
  /** The account is not at zero everywhere. */
  readonly account_not_empty: 422;
  /** The account is not the investor’s own, or not with the entity that sells. */
  readonly account_not_of_investor: 422;
  /** The entity has no account numbers left. */
  readonly account_numbers_used_up: 422;
  /** An account cannot pay itself. */
  readonly account_pays_itself: 422;
  /** The account is bound by the terms of its product. */
  readonly account_under_product: 422;
  /** There is no such account. */
  readonly account_unknown: 404;
  /** A key that acts for a party cannot act for another one. */
  readonly acting_for_not_held: 403;
  /** There is no such party to act for. */
  readonly acting_for_unknown: 422;
  /** The API key may not be used from this address. */
  readonly address_not_allowed: 403;
  /** The agreement says something else than what was signed. */
  readonly agreement_differs: 409;
  /** There is no agreement to be signed yet. */
  readonly agreement_not_drawn_up: 409;
  /** The agreement has to be signed before the investment can be paid. */
  readonly agreement_not_signed: 409;
  /** A bank is named twice. */
  readonly allocation_bank_repeated: 422;
  /** A bank is not registered or is suspended. */
  readonly allocation_bank_unusable: 422;
  /** The shares do not make 100 percent. */
  readonly allocation_not_whole: 422;
  /** There is no such party. */
  readonly allocation_party_unknown: 422;
  /** The primary bank has no share. */
  readonly allocation_primary_without_share: 422;
  /** An amount must be more than zero. */
  readonly amount_not_positive: 400;
  /** An announcement with this id exists with other terms. */
  readonly announcement_exists_with_different_terms: 409;
  /** The journal brings nothing to the account of the announcement it fulfils. */
  readonly announcement_not_of_credited_account: 422;
  /** The announcement is not open any more. */
  readonly announcement_not_open: 422;
  /** There is no such announcement. */
  readonly announcement_unknown: 404;
  /** The API key exists with different content. */
  readonly api_key_exists_with_different_content: 409;
  /** The API key is revoked. */
  readonly api_key_is_revoked: 409;
  /** There is no such API key. */
  readonly api_key_unknown: 404;
  /** The approval has waited too long. */
  readonly approval_expired: 409;
  /** The approval is decided. */
  readonly approval_is_decided: 409;
  /** A second person is needed, and this cannot wait for one. */
  readonly approval_needed: 403;
  /** What was asked for cannot be carried out any more. */
  readonly approval_not_executable: 409;
  /** There is no such approval. */
  readonly approval_unknown: 404;
  /** Nobody approves his own refund. */
  readonly approver_is_requester: 409;
  /** Only a person can agree. */
  readonly approver_not_a_person: 403;
  /** The asset has already ended. */
  readonly asset_already_inactive: 409;
  /** The code belongs to the platform. */
  readonly asset_code_reserved: 409;
  /** The asset exists with different facts. */
  readonly asset_exists_with_different_facts: 409;
  /** Assets of this kind are registered by the platform. */
  readonly asset_kind_reserved: 422;
  /** The product does not allow this asset. */
  readonly asset_not_of_product: 422;
  /** The asset is not in the registry. */
  readonly asset_not_registered: 422;
  /** There is no such asset. */
  readonly asset_unknown: 404;
  /** The balance would have more than 38 digits. */
  readonly balance_out_of_range: 422;
  /** The bank code makes no account numbers of this country. */
  readonly bank_code_malformed: 422;
  /** Another entity has this bank code. */
  readonly bank_code_taken: 409;
  /** The entity has other bank details. */
  readonly bank_details_exist_with_different_terms: 409;
  /** The bank cannot be reached from here. */
  readonly bank_not_reachable: 503;
  /** The batch is too large. */
  readonly batch_too_large: 422;
  /** A block with this id exists with other terms. */
  readonly block_exists_with_different_terms: 409;
  /** There is no such block on the account. */
  readonly block_unknown: 404;
  /** The body is too large. */
  readonly body_too_large: 413;
  /** The difference cannot be booked against this account. */
  readonly break_counter_account_unfit: 422;
  /** Somebody else than the proposer has to decide. */
  readonly break_decided_by_proposer: 403;
  /** Another correction is proposed; it has to be decided first. */
  readonly break_has_proposal: 409;
  /** The break is not open any more. */
  readonly break_not_open: 409;
  /** A break cannot be the other side of this one. */
  readonly break_offset_unfit: 422;
  /** The difference is still there. */
  readonly break_still_differs: 409;
  /** There is no such break. */
  readonly break_unknown: 404;
  /** No such correction is proposed. */
  readonly break_without_proposal: 409;
  /** Breakers are switched by the platform only. */
  readonly breakers_belong_to_platform: 403;
  /** An account that is to pay is none of this bank. */
  readonly bulk_debtor_unknown: 422;
  /** The file cannot be executed. */
  readonly bulk_file_invalid: 422;
  /** The line of the file is not in review. */
  readonly bulk_line_not_in_review: 409;
  /** A file with this message id was sent before, with other content or in another mode. */
  readonly bulk_payment_exists_with_different_content: 409;
  /** There is no such bulk payment. */
  readonly bulk_payment_unknown: 404;
  /** The journal takes less from the account than it captures of its holds. */
  readonly capture_exceeds_debit: 422;
  /** The capture is more than what remains of the hold. */
  readonly capture_exceeds_hold: 422;
  /** This cannot be paid in by card. */
  readonly card_asset_not_supported: 422;
  /** A card deposit with this id exists with other content. */
  readonly card_deposit_exists_with_different_content: 409;
  /** There is no such channel for this key. */
  readonly channel_not_allowed: 403;
  /** The code grows on no root of the chart. */
  readonly chart_code_unknown: 422;
  /** A check refused this booking. */
  readonly check_refused: 422;
  /** A check that must precede this booking is unavailable. */
  readonly checks_unavailable: 503;
  /** There is no such command that could wait for a second person. */
  readonly command_unknown: 422;
  /** The payee has no account. */
  readonly creditor_account_missing: 422;
  /** The payee’s account takes no credits. */
  readonly creditor_takes_no_credits: 422;
  /** The provider prices in larger steps. */
  readonly crypto_amount_too_fine: 422;
  /** This cannot be paid in by crypto. */
  readonly crypto_asset_not_supported: 422;
  /** A crypto deposit with this id exists with other content. */
  readonly crypto_deposit_exists_with_different_content: 409;
  /** The business day is closed. */
  readonly day_closed: 422;
  /** Business days go forward only. */
  readonly day_not_after_last: 422;
  /** The date is no business day of the entity’s calendar. */
  readonly day_not_business_day: 422;
  /** That day is not the open business day. */
  readonly day_not_open: 422;
  /** The business day before is still open. */
  readonly day_still_open: 422;
  /** The date is too far after the last business day. */
  readonly day_too_far_ahead: 422;
  /** An asset cannot be ended in the past. */
  readonly deactivation_in_past: 422;
  /** The answer took too long. */
  readonly deadline_exceeded: 504;
  /** A deposit with this id exists with other content. */
  readonly deposit_exists_with_different_content: 409;
  /** The details do not fit the kind of party. */
  readonly details_do_not_fit_kind: 422;
  /** The provider is being told another answer. */
  readonly dispute_answer_under_way: 409;
  /** The account owes nothing of this dispute. */
  readonly dispute_has_no_debt: 409;
  /** The dispute takes no answer any more. */
  readonly dispute_not_answerable: 409;
  /** The dispute is not lost. */
  readonly dispute_not_lost: 409;
  /** There is no such dispute. */
  readonly dispute_unknown: 404;
  /** Nobody has proposed to write this off. */
  readonly dispute_write_off_not_proposed: 409;
  /** The address is another user’s. */
  readonly email_taken: 409;
  /** An entity with this name exists with other terms. */
  readonly entity_exists_with_different_terms: 409;
  /** There is no such entity. */
  readonly entity_unknown: 404;
  /** The party must be kept for now. */
  readonly erasure_refused_retention: 409;
  /** The event is not under a signed head yet. */
  readonly event_not_sealed: 503;
  /** Nothing of the kind is published. */
  readonly event_type_unknown: 422;
  /** The expiry is not in the future. */
  readonly expiry_in_past: 422;
  /** Another account has this external reference. */
  readonly external_reference_taken: 409;
  /** A key needs scopes or roles. */
  readonly grants_missing: 422;
  /** The headers are too large. */
  readonly headers_too_large: 431;
  /** A hold can only grow. */
  readonly hold_amount_below_captured: 422;
  /** A hold with this id exists with other terms. */
  readonly hold_exists_with_different_terms: 409;
  /** The hold would have expired already. */
  readonly hold_expiry_in_past: 422;
  /** The hold is not active any more. */
  readonly hold_not_active: 422;
  /** The hold has not expired yet. */
  readonly hold_not_due: 422;
  /** The journal takes nothing from the account of the hold it captures. */
  readonly hold_not_of_debited_account: 422;
  /** The hold was placed by somebody else. */
  readonly hold_not_yours: 403;
  /** There is no such hold. */
  readonly hold_unknown: 404;
  /** An account needs at least one holder. */
  readonly holder_missing: 422;
  /** A party is named twice as holder. */
  readonly holder_repeated: 422;
  /** The other side must be a house account. */
  readonly house_account_expected: 422;
  /** This request needs an Idempotency-Key. */
  readonly idempotency_key_required: 400;
  /** The Idempotency-Key was used for another request. */
  readonly idempotency_key_reused: 422;
  /** An entry with this reference was told with other content. */
  readonly incoming_payment_exists_with_different_content: 409;
  /** The incoming payment is not in review. */
  readonly incoming_payment_not_in_review: 409;
  /** There is no such incoming payment. */
  readonly incoming_payment_unknown: 404;
  /** The account does not have enough. */
  readonly insufficient_funds: 422;
  /** Something failed on our side. */
  readonly internal_fault: 500;
  /** The amount is above the greatest investment. */
  readonly investment_above_maximum: 422;
  /** The amount is below the least investment. */
  readonly investment_below_minimum: 422;
  /** An investment with this id exists with other content. */
  readonly investment_exists_with_different_content: 409;
  /** The investment waits for no payment. */
  readonly investment_not_awaiting_payment: 409;
  /** The investment cannot be cancelled any more. */
  readonly investment_not_cancellable: 409;
  /** The investment waits for no review. */
  readonly investment_not_in_review: 409;
  /** Only a confirmed investment can be refunded. */
  readonly investment_not_refundable: 409;
  /** The investment has ended. */
  readonly investment_over: 409;
  /** A refund with this id exists with another reason. */
  readonly investment_refund_exists_with_different_content: 409;
  /** The refund waits for no decision. */
  readonly investment_refund_not_in_review: 409;
  /** The investment is being refunded already. */
  readonly investment_refund_under_way: 409;
  /** Nobody asked for a refund of this investment. */
  readonly investment_refund_unknown: 404;
  /** The time for a refund is over. */
  readonly investment_refund_window_over: 409;
  /** There is no such investment. */
  readonly investment_unknown: 404;
  /** There is no such investor. */
  readonly investor_unknown: 422;
  /** The invitation cannot be used. */
  readonly invitation_invalid: 422;
  /** The journal has been reversed already. */
  readonly journal_already_reversed: 422;
  /** A journal with this id exists with other content. */
  readonly journal_exists_with_different_content: 409;
  /** The journal is malformed. */
  readonly journal_malformed: 400;
  /** The journal does not balance. */
  readonly journal_unbalanced: 422;
  /** There is no such journal. */
  readonly journal_unknown: 404;
  /** The API key has expired. */
  readonly key_expired: 401;
  /** The API key has been revoked. */
  readonly key_revoked: 401;
  /** One of the linked transfers was refused, so none was posted. */
  readonly linked_journal_refused: 422;
  /** Logging in failed. */
  readonly login_failed: 401;
  /** Whoever asked cannot agree to it. */
  readonly maker_cannot_check: 403;
  /** The body is not valid JSON. */
  readonly malformed_json: 400;
  /** The request cannot be read. */
  readonly malformed_request: 400;
  /** A mandate with this id exists with other content. */
  readonly mandate_exists_with_different_content: 409;
  /** The mandate allows less. */
  readonly mandate_limit_exceeded: 403;
  /** The mandate on the account does not allow this. */
  readonly mandate_missing: 403;
  /** There is no such mandate. */
  readonly mandate_not_found: 404;
  /** The mandate would never be in force. */
  readonly mandate_period_empty: 422;
  /** The mandate has been revoked. */
  readonly mandate_revoked: 409;
  /** There is no such house account, or it is not one of assets. */
  readonly nostro_account_unfit: 422;
  /** Another account has been assigned for this asset. */
  readonly nostro_exists_with_different_account: 409;
  /** There is no such resource. */
  readonly not_found: 404;
  /** The outcome is not known yet. */
  readonly outcome_unknown: 503;
  /** The product allows no overdraft. */
  readonly overdraft_not_of_product: 422;
  /** The server is overloaded. */
  readonly overloaded: 503;
  /** The owner of an item does not write it off himself. */
  readonly owner_may_not_write_off: 409;
  /** The investor would own more of the round than is allowed. */
  readonly ownership_cap_exceeded: 422;
  /** The partner bank is registered with other terms. */
  readonly partner_bank_exists_with_different_terms: 409;
  /** There is no such partner bank. */
  readonly partner_bank_unknown: 404;
  /** The party has been erased. */
  readonly party_erased: 409;
  /** A party with this id exists with other content. */
  readonly party_exists_with_different_content: 409;
  /** There is no such party. */
  readonly party_not_found: 404;
  /** The password is known from breaches. */
  readonly password_too_common: 422;
  /** The present password is wrong. */
  readonly password_wrong: 422;
  /** The payee’s bank knows another name for this account. */
  readonly payee_not_matched: 422;
  /** The payment has come back already, by another entry. */
  readonly payment_already_returned: 409;
  /** The round is paid in another asset. */
  readonly payment_asset_differs: 422;
  /** A payment with this id exists with other content. */
  readonly payment_exists_with_different_content: 409;
  /** This means of payment is not offered. */
  readonly payment_method_unavailable: 422;
  /** The payment can no longer be cancelled. */
  readonly payment_not_cancellable: 409;
  /** The payment is not in review. */
  readonly payment_not_in_review: 409;
  /** Nothing of this payment can go back. */
  readonly payment_not_refundable: 422;
  /** Nothing of this payment can come back. */
  readonly payment_not_returnable: 409;
  /** A check before booking refused the payment. */
  readonly payment_refused: 422;
  /** A payment request with this id exists with other content. */
  readonly payment_request_exists_with_different_content: 409;
  /** The payment request was paid, declined, or its time is over. */
  readonly payment_request_over: 409;
  /** There is no such payment request. */
  readonly payment_request_unknown: 404;
  /** There is no such payment. */
  readonly payment_unknown: 404;
  /** A permission is missing. */
  readonly permission_missing: 403;
  /** Only the platform itself may manage tenants. */
  readonly platform_principal_required: 403;
  /** The position or cursor is not one of this log. */
  readonly position_unknown: 400;
  /** There is no such product, or no such version of it. */
  readonly product_unknown: 422;
  /** This version of the product exists with other terms. */
  readonly product_version_exists_with_different_terms: 409;
  /** Versions of a product are counted without a gap. */
  readonly product_version_not_next: 422;
  /** Nobody writes off what he proposed himself. */
  readonly proposer_may_not_write_off: 409;
  /** The amount buys less than the smallest unit. */
  readonly quote_amount_too_small: 422;
  /** A quote with this id exists with other terms. */
  readonly quote_exists_with_different_terms: 409;
  /** The quote has expired. */
  readonly quote_expired: 422;
  /** The rate cannot be used. */
  readonly quote_rate_malformed: 422;
  /** A quote is between two assets. */
  readonly quote_same_asset: 422;
  /** There is no such quote. */
  readonly quote_unknown: 404;
  /** The quote has been used. */
  readonly quote_used: 422;
  /** No partner bank pays this. */
  readonly rail_not_found: 422;
  /** The rate names an asset that is not registered. */
  readonly rate_asset_unknown: 422;
  /** There is no rate of a day that has not come. */
  readonly rate_date_in_future: 422;
  /** The rate exists with different content. */
  readonly rate_exists_with_different_content: 409;
  /** The file of rates cannot be read. */
  readonly rate_file_unreadable: 422;
  /** Too many requests. */
  readonly rate_limited: 429;
  /** The newest rate is too old to be used. */
  readonly rate_stale: 422;
  /** There is no rate for this pair on this day. */
  readonly rate_unknown: 404;
  /** Providers' rates are published by the platform. */
  readonly rates_belong_to_platform: 403;
  /** This process sends nothing as it happens. */
  readonly realtime_not_served: 503;
  /** The payer has confirmed no address. */
  readonly refund_address_missing: 422;
  /** The payment was made in another asset. */
  readonly refund_asset_differs: 422;
  /** No more than this is left of the payment. */
  readonly refund_exceeds_remainder: 422;
  /** A refund with this id exists with other content. */
  readonly refund_exists_with_different_content: 409;
  /** The refund does not wait for an approval. */
  readonly refund_not_awaiting_approval: 409;
  /** The refund can no longer be cancelled. */
  readonly refund_not_cancellable: 409;
  /** Only a refund that has gone can come back. */
  readonly refund_not_returnable: 409;
  /** There is no such refund. */
  readonly refund_unknown: 404;
  /** The request arrived too slowly. */
  readonly request_timeout: 408;
  /** The time to send again is empty. */
  readonly resend_time_empty: 422;
  /** An item of this kind is not resolved this way. */
  readonly resolution_not_for_kind: 422;
  /** More came back than was paid. */
  readonly return_exceeds_payment: 422;
  /** More would be reversed than was posted. */
  readonly reversal_exceeds_original: 422;
  /** The journal has no such line. */
  readonly reversal_line_unknown: 422;
  /** A reversal cannot be reversed. */
  readonly reversal_not_reversible: 422;
  /** Nobody reviews his own payment. */
  readonly reviewer_is_creator: 409;
  /** Nobody reviews what he recorded himself. */
  readonly reviewer_is_recorder: 409;
  /** Whoever asked for it cannot decide about it. */
  readonly reviewer_is_requester: 403;
  /** The role is one that every tenant has. */
  readonly role_is_built_in: 409;
  /** The role is for those who act for a party. */
  readonly role_needs_party: 422;
  /** There is no such role. */
  readonly role_unknown: 422;
  /** A round with this number exists with other terms. */
  readonly round_exists_with_different_terms: 409;
  /** The least investment is above the greatest. */
  readonly round_limits_crossed: 422;
  /** Nothing is sold in this round now. */
  readonly round_not_open: 409;
  /** The round would close before it opens. */
  readonly round_period_empty: 422;
  /** There is no such round. */
  readonly round_unknown: 404;
  /** The saga has ended. */
  readonly saga_ended: 409;
  /** The saga is not parked. */
  readonly saga_not_parked: 409;
  /** The saga is past the point where it can be taken back. */
  readonly saga_past_return: 409;
  /** There is no such saga. */
  readonly saga_unknown: 404;
  /** A key cannot give a scope it does not hold. */
  readonly scope_not_held: 403;
  /** There is no such scope. */
  readonly scope_unknown: 422;
  /** The code is not one of now. */
  readonly second_factor_code_wrong: 422;
  /** The user has a second factor. */
  readonly second_factor_in_force: 409;
  /** The user has no second factor. */
  readonly second_factor_missing: 403;
  /** A code is needed. */
  readonly second_factor_needed: 401;
  /** There is no second factor to confirm. */
  readonly second_factor_not_proposed: 409;
  /** Nobody knows where the money came from. */
  readonly sender_unknown: 422;
  /** The session is over. */
  readonly session_ended: 401;
  /** There is no such session. */
  readonly session_unknown: 404;
  /** The round has not so many shares left. */
  readonly shares_not_available: 409;
  /** Only the bank itself may do this. */
  readonly staff_only: 403;
  /** The standing order was cancelled. */
  readonly standing_order_ended: 409;
  /** A standing order with this id exists with other content. */
  readonly standing_order_exists_with_different_content: 409;
  /** The account has no such standing order. */
  readonly standing_order_unknown: 404;
  /** The statement has no such form. */
  readonly statement_not_in_format: 422;
  /** The period is not over. */
  readonly statement_period_open: 422;
  /** The code is wrong or used. */
  readonly step_up_code_wrong: 403;
  /** There is no such command that could need a fresh code. */
  readonly step_up_command_unknown: 422;
  /** The code is for another content. */
  readonly step_up_for_other_content: 403;
  /** A fresh code is needed, and this cannot carry one. */
  readonly step_up_impossible: 403;
  /** Too many wrong codes. */
  readonly step_up_locked: 403;
  /** A fresh code is needed. */
  readonly step_up_needed: 403;
  /** The tenant exists with a different name. */
  readonly tenant_exists_with_different_name: 409;
  /** The platform’s own tenant cannot be created or suspended. */
  readonly tenant_is_platform: 409;
  /** The tenant is suspended. */
  readonly tenant_suspended: 403;
  /** There is no such tenant. */
  readonly tenant_unknown: 404;
  /** A text contains characters that cannot be stored. */
  readonly text_not_storable: 400;
  /** An access token makes no keys. */
  readonly token_makes_no_key: 403;
  /** The access token is over. */
  readonly token_over: 401;
  /** The amount is above the limit of every rail. */
  readonly transfer_amount_above_limits: 422;
  /** A bank is not registered or is suspended. */
  readonly transfer_bank_unusable: 422;
  /** A transfer with this id exists with other content. */
  readonly transfer_exists_with_different_content: 409;
  /** A house account the transfer is booked on is missing. */
  readonly transfer_house_account_missing: 422;
  /** We have no account in this asset at the bank. */
  readonly transfer_nostro_missing: 422;
  /** There is no way between the two banks. */
  readonly transfer_without_route: 422;
  /** No head of this size was signed. */
  readonly tree_head_unknown: 404;
  /** The request is not authenticated. */
  readonly unauthenticated: 401;
  /** Who is not shown personal values cannot give a sight of them. */
  readonly unmasked_not_held: 403;
  /** The body must not be compressed. */
  readonly unsupported_encoding: 415;
  /** The media type of the body is not accepted here. */
  readonly unsupported_media_type: 415;
  /** The user exists with different content. */
  readonly user_exists_with_different_content: 409;
  /** The user is erased. */
  readonly user_is_erased: 409;
  /** The user is not active. */
  readonly user_not_active: 409;
  /** There is no such user. */
  readonly user_unknown: 404;
  /** The request does not have the documented shape. */
  readonly validation_failed: 400;
  /** An asset was booked while the day was being valued. */
  readonly valuation_missing: 422;
  /** The view has not reached the position asked for. */
  readonly view_behind: 503;
  /** The webhook endpoint is deleted. */
  readonly webhook_endpoint_deleted: 409;
  /** The webhook endpoint is disabled. */
  readonly webhook_endpoint_disabled: 409;
  /** The webhook endpoint exists with different content. */
  readonly webhook_endpoint_exists_with_different_content: 409;
  /** There is no such webhook endpoint. */
  readonly webhook_endpoint_unknown: 404;
  /** The message is being worked on. */
  readonly webhook_message_under_way: 409;
  /** There is no such message. */
  readonly webhook_message_unknown: 404;
  /** The message is not the provider’s. */
  readonly webhook_refused: 401;
  /** Too many secrets are valid at once. */
  readonly webhook_secrets_too_many: 409;
  /** Nothing is sent to this address. */
  readonly webhook_url_not_allowed: 422;
  /** The work item was resolved otherwise. */
  readonly work_item_already_resolved: 409;
  /** Nobody has looked for whose money it is. */
  readonly work_item_has_no_owner: 409;
  /** There is no such work item. */
  readonly work_item_unknown: 404;
  /** The item is resolved by what ends its difference. */
  readonly work_item_waits_for_booking: 409;
  /** The item is resolved by what ends its break. */
  readonly work_item_waits_for_break: 409;
  /** The item is resolved by deciding about its saga. */
  readonly work_item_waits_for_saga: 409;
}
