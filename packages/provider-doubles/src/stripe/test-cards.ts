/** What a test card does, by the name Stripe gives it in test mode. */
export interface TestCard {
  readonly last4: string;
  readonly brand: 'visa' | 'mastercard';
  readonly decline?: Decline;
  /** The bank of the payer asks for the payer before it pays (3D Secure). */
  readonly isChallenged?: true;
  /** The payment succeeds and is disputed at once, for this reason. */
  readonly disputeReason?: 'fraudulent' | 'product_not_received';
  /** A refund stays pending, or succeeds and fails afterwards. */
  readonly refund?: 'pending' | 'fails';
  /** The money is available at once. */
  readonly isAvailableAtOnce?: true;
}

export interface Decline {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
}

const declined = (declineCode: string, message = 'Your card was declined.'): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
});
const genericDecline = declined('generic_decline');
const insufficientFunds = declined('insufficient_funds', 'Your card has insufficient funds.');

/** Asked of a payer who is not there. */
export const authenticationRequired: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** The test payment methods the double knows, with the card numbers Stripe publishes for them. */
export const testCards: Readonly<Record<string, TestCard>> = {
  pm_card_visa: { last4: '4242', brand: 'visa' },
  pm_card_mastercard: { last4: '4444', brand: 'mastercard' },
  pm_card_bypassPending: { last4: '0077', brand: 'visa', isAvailableAtOnce: true },
  pm_card_chargeDeclined: { last4: '0002', brand: 'visa', decline: genericDecline },
  pm_card_visa_chargeDeclined: { last4: '0002', brand: 'visa', decline: genericDecline },
  pm_card_chargeDeclinedInsufficientFunds: { last4: '9995', brand: 'visa', decline: insufficientFunds },
  pm_card_visa_chargeDeclinedInsufficientFunds: { last4: '9995', brand: 'visa', decline: insufficientFunds },
  pm_card_chargeDeclinedExpiredCard: {
    last4: '0069',
    brand: 'visa',
    decline: { code: 'expired_card', declineCode: 'expired_card', message: 'Your card has expired.' },
  },
  pm_card_chargeDeclinedProcessingError: {
    last4: '0119',
    brand: 'visa',
    decline: {
      code: 'processing_error',
      declineCode: 'processing_error',
      message: 'An error occurred while processing your card. Try again in a little bit.',
    },
  },
  pm_card_threeDSecure2Required: { last4: '3220', brand: 'visa', isChallenged: true },
  pm_card_threeDSecureRequired: { last4: '3063', brand: 'visa', isChallenged: true },
  pm_card_createDispute: { last4: '0259', brand: 'visa', disputeReason: 'fraudulent' },
  pm_card_createDisputeProductNotReceived: { last4: '2685', brand: 'visa', disputeReason: 'product_not_received' },
  pm_card_pendingRefund: { last4: '7726', brand: 'visa', refund: 'pending' },
  pm_card_refundFail: { last4: '5126', brand: 'visa', refund: 'fails' },
};
