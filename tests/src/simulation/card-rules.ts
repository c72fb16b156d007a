/** How refunds are let go and charged in a simulated bank; the auditor goes by the same terms, and works them out himself. */
export const refundLimitMinor = 300n;
export const refundFees = { fixedMinor: 5n, basisPoints: 100 };
/** Our own errors go back unseen, and cost nothing. */
export const ownErrors = ['duplicate_payment', 'payment_error', 'system_error'] as const;
export const otherReasons = ['requested_by_customer', 'order_cancelled', 'fraudulent', 'other'] as const;
