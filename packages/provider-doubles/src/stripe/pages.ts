import type { Answer, ReceivedRequest } from '../loopback-server.ts';
import { completeSession, expireSession } from './checkout-sessions.ts';
import type { Merchant } from './merchant.ts';
import { decodeForm, readText } from './params.ts';
import { completeChallenge } from './payment-intents.ts';
import { StripeProblem } from './problem.ts';
import { testCards } from './test-cards.ts';

/** The pages Stripe and the payer's bank would show: paying a Checkout Session, and answering a challenge. Undefined for any other path. */
export const answerPage = (merchant: Merchant, request: ReceivedRequest): Answer | undefined => {
  const [, page, id = ''] = request.path.split('/');
  if (page !== 'pay' && page !== 'challenge') return undefined;
  try {
    return merchant.carryOut(null, () =>
      page === 'pay' ? checkoutPage(merchant, request, id) : challengePage(merchant, request, id),
    );
  } catch (error) {
    // What is over is shown as over; a payer who comes back has done nothing wrong.
    if (error instanceof StripeProblem || error instanceof RangeError)
      return html(404, `<h1>Nothing to do here</h1><p>${escape(error.message)}</p>`);
    throw error;
  }
};

const checkoutPage = (merchant: Merchant, request: ReceivedRequest, id: string): Answer => {
  const session = merchant.find('checkout.session', id, 'session');
  if (request.method !== 'POST') {
    const names = Object.keys(testCards).map((name) => `<option>${escape(name)}</option>`);
    return html(
      200,
      `<h1>Pay ${escape(shown(session.amount_total, session.currency))}</h1>
       <form method="post"><select name="card">${names.join('')}</select> <button name="do" value="pay">Pay</button>
       <button name="do" value="leave">Cancel</button></form>`,
    );
  }
  const params = decodeForm(request.body);
  if (readText(params, 'do') === 'leave')
    return redirect(session.cancel_url ?? expireSession(merchant, id).success_url ?? '/');
  const paid = completeSession(merchant, id, readText(params, 'card') ?? undefined);
  return paid.status === 'complete'
    ? redirect((paid.success_url ?? '/').replaceAll('{CHECKOUT_SESSION_ID}', id))
    : redirect(`${merchant.url()}/pay/${id}`);
};

const challengePage = (merchant: Merchant, request: ReceivedRequest, id: string): Answer => {
  const intent = merchant.find('payment_intent', id, 'intent');
  if (request.method !== 'POST')
    return html(
      200,
      `<h1>Your bank asks: pay ${escape(shown(intent.amount, intent.currency))}?</h1>
       <form method="post"><button name="do" value="pass">Yes</button> <button name="do" value="fail">No</button></form>`,
    );
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  const answered = completeChallenge(merchant, id, readText(decodeForm(request.body), 'do') === 'pass');
  if (!returnUrl) return html(200, `<h1>Thank you</h1><p>The payment is ${escape(answered.status)}.</p>`);
  const back = new URL(returnUrl);
  back.searchParams.set('payment_intent', id);
  back.searchParams.set('payment_intent_client_secret', answered.client_secret ?? '');
  back.searchParams.set('redirect_status', answered.status === 'requires_payment_method' ? 'failed' : 'succeeded');
  return redirect(back.href);
};

const shown = (amount: number | null, currency: string | null): string =>
  `${((amount ?? 0) / 100).toFixed(2)} ${(currency ?? '').toUpperCase()}`;

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const html = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" },
  body: `<!doctype html><title>Stripe double</title>${body}`,
});

const redirect = (location: string): Answer => ({ status: 303, headers: { location }, body: '' });
