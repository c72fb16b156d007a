import type Stripe from 'stripe';
import { move } from './balance.ts';
import { idOf, type Merchant } from './merchant.ts';
import { type Params, readFlag, readMetadata, readParams } from './params.ts';
import { invalidRequest } from './problem.ts';

export interface DisputeOpening {
  readonly reason?: 'fraudulent' | 'product_not_received';
  /** In minor units; what was captured and not refunded unless told. */
  readonly amount?: number;
}

const evidenceDays = 9;

/** The payer's bank takes a payment back: amount and fee leave the balance, and evidence may be given until it is due. */
export const openDispute = (
  merchant: Merchant,
  chargeOrIntent: string,
  opening: DisputeOpening = {},
): Stripe.Dispute => {
  const charge = disputable(merchant, chargeOrIntent);
  const { reason = 'fraudulent', amount = charge.amount_captured - charge.amount_refunded } = opening;
  const id = merchant.newId('dp');
  const withdrawn = move(merchant, {
    type: 'adjustment',
    reportingCategory: 'dispute',
    amount: -amount,
    fee: merchant.settings.disputeFeeMinor,
    feeDescription: 'Dispute fee',
    currency: charge.currency,
    source: id,
    description: `Chargeback withdrawal for ${charge.id}`,
  });
  const dispute = merchant.keep({
    id,
    object: 'dispute',
    amount,
    balance_transactions: [withdrawn],
    charge: charge.id,
    created: merchant.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence,
    evidence_details: {
      due_by: merchant.now() + evidenceDays * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_applicable',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: 'needs_response',
  } as Stripe.Dispute);
  merchant.keep({ ...charge, disputed: true });
  merchant.publish('charge.dispute.created', dispute);
  merchant.publish('charge.dispute.funds_withdrawn', dispute);
  return dispute;
};

const disputable = (merchant: Merchant, chargeOrIntent: string): Stripe.Charge => {
  const chargeId = chargeOrIntent.startsWith('pi_')
    ? idOf(merchant.find('payment_intent', chargeOrIntent, 'intent').latest_charge)
    : chargeOrIntent;
  const charge = merchant.find('charge', chargeId, 'charge');
  if (!charge.captured) throw new RangeError(`${chargeId} took no money that could be disputed`);
  if (charge.disputed) throw new RangeError(`${chargeId} is disputed already`);
  return charge;
};

/** Takes evidence; once submitted it is the bank's turn. `winning_evidence` and `losing_evidence` decide at once, as in test mode. */
export const updateDispute = (merchant: Merchant, id: string, params: Params): Stripe.Dispute => {
  const dispute = merchant.find('dispute', id, 'dispute');
  if (!isOpen(dispute) || dispute.status !== 'needs_response')
    throw invalidRequest(`This dispute is ${dispute.status} and takes no more evidence.`);
  const isSubmitted = params['submit'] === undefined || readFlag(params, 'submit');
  const evidence = { ...dispute.evidence, ...readEvidence(params) };
  const hasEvidence = Object.keys(noEvidence).some(
    (name) => typeof evidence[name as keyof typeof evidence] === 'string',
  );
  const updated = merchant.keep({
    ...dispute,
    evidence,
    evidence_details: {
      ...dispute.evidence_details,
      has_evidence: hasEvidence,
      submission_count: isSubmitted ? 1 : 0,
      ...(isSubmitted ? { submission_method: 'manual' as const } : {}),
    },
    metadata: readMetadata(params, dispute.metadata),
    status: isSubmitted ? 'under_review' : dispute.status,
  });
  merchant.publish('charge.dispute.updated', updated);
  const verdict = isSubmitted ? verdicts[String(evidence.uncategorized_text)] : undefined;
  if (verdict !== undefined) merchant.afterwards(() => void decideDispute(merchant, id, verdict));
  return updated;
};

const verdicts: Readonly<Record<string, 'won' | 'lost'>> = { winning_evidence: 'won', losing_evidence: 'lost' };

const readEvidence = (params: Params): Record<string, string> => {
  const given = Object.entries(readParams(params, 'evidence'));
  return Object.fromEntries(
    given.map(([name, value]) => {
      if (!(name in noEvidence) || typeof value !== 'string')
        throw invalidRequest(`Received unknown parameter: evidence[${name}]`, {
          code: 'parameter_unknown',
          param: `evidence[${name}]`,
        });
      return [name, value];
    }),
  );
};

/** The merchant gives in: lost, and nothing more moves. */
export const closeDispute = (merchant: Merchant, id: string): Stripe.Dispute => {
  const dispute = merchant.find('dispute', id, 'dispute');
  if (!isOpen(dispute)) throw invalidRequest(`This dispute is already ${dispute.status}.`);
  return end(merchant, dispute, 'lost');
};

/** The payer's bank decides; when the merchant wins, the amount comes back and the fee does not. */
export const decideDispute = (merchant: Merchant, id: string, verdict: 'won' | 'lost'): Stripe.Dispute => {
  const dispute = merchant.find('dispute', id, 'dispute');
  if (!isOpen(dispute)) throw new RangeError(`${id} is ${dispute.status} already`);
  if (verdict === 'lost') return end(merchant, dispute, 'lost');

  const reinstated = move(merchant, {
    type: 'adjustment',
    reportingCategory: 'dispute_reversal',
    amount: dispute.amount,
    currency: dispute.currency,
    source: id,
    description: `Chargeback reversal for ${idOf(dispute.charge)}`,
  });
  const refunded = { ...dispute, balance_transactions: [...dispute.balance_transactions, reinstated] };
  const won = end(merchant, refunded, 'won');
  merchant.publish('charge.dispute.funds_reinstated', won);
  return won;
};

const isOpen = ({ status }: Stripe.Dispute): boolean => status === 'needs_response' || status === 'under_review';

const end = (merchant: Merchant, dispute: Stripe.Dispute, status: 'won' | 'lost'): Stripe.Dispute => {
  const ended = merchant.keep({ ...dispute, status });
  merchant.publish('charge.dispute.closed', ended);
  return ended;
};

const noEvidence: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
