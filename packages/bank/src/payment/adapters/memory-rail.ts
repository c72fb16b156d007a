import type { BankRail, PayeeMatch, RailOrder, RailOutcome } from '../ports.ts';

/** What the bank in memory does with an order that names it; anything else is settled at once. */
export type RailBehaviour =
  | { readonly kind: 'settle' }
  /** Accepted; settled when `settle` is called. */
  | { readonly kind: 'accept' }
  | { readonly kind: 'decline'; readonly code: string }
  /** The answer is lost; the order arrived or it did not. */
  | { readonly kind: 'time_out'; readonly hasArrived: boolean; readonly outcome?: 'settled' | 'accepted' }
  /** Nothing was sent. */
  | { readonly kind: 'unreachable' };

/** The request may have arrived. */
class RailOutcomeUnknown extends Error {
  override readonly name = 'RailOutcomeUnknown';
  readonly code = 'outcome_unknown';
}

/** The bank could not be reached, so nothing has happened. */
class RailUnreachable extends Error {
  override readonly name = 'RailUnreachable';
  readonly code = 'provider_fault';
}

/** A bank in memory whose behaviour a test writes. */
export interface MemoryRail extends BankRail {
  /** What it does with the next submissions of an order, in their order; the last stays. By end-to-end id. */
  script(endToEndId: string, ...behaviours: readonly RailBehaviour[]): void;
  settle(endToEndId: string): void;
  decline(endToEndId: string, code: string): void;
  /** The money comes back after it had been paid. */
  sendBack(endToEndId: string, code: string): void;
  payees: Map<string, PayeeMatch>;
  /** Every call in its order: what came in, whatever was answered. */
  readonly calls: readonly { readonly way: 'submit' | 'find'; readonly key: string }[];
  /** Orders the bank executes, once per key. */
  readonly orders: readonly RailOrder[];
}

/** One bank, `bank`, with the rail `sepa`, for euros. */
export const createMemoryRail = ({ bank = 'ing', rail = 'sepa', assets = ['EUR'] } = {}): MemoryRail => {
  const held = new Map<string, { readonly order: RailOrder; outcome: RailOutcome }>();
  const scripts = new Map<string, RailBehaviour[]>();
  const calls: { readonly way: 'submit' | 'find'; readonly key: string }[] = [];
  const payees = new Map<string, PayeeMatch>();
  const nameOf = ({ tenantId, bank: its, key }: Pick<RailOrder, 'tenantId' | 'bank' | 'key'>): string =>
    `${tenantId}/${its}/${key}`;

  const take = (order: RailOrder, kind: 'accepted' | 'settled'): RailOutcome => {
    const known = held.get(nameOf(order));
    if (known !== undefined) return known.outcome;
    const outcome = { kind, bankReference: `B-${order.reference}` };
    held.set(nameOf(order), { order, outcome });
    return outcome;
  };
  const change = (endToEndId: string, outcome: (reference: string) => RailOutcome): void => {
    const found = [...held.values()].find(({ order }) => order.endToEndId === endToEndId);
    if (found === undefined) throw new Error(`The bank has no order ${endToEndId}.`);
    found.outcome = outcome(`B-${found.order.reference}`);
  };
  const next = ({ endToEndId }: RailOrder): RailBehaviour => {
    const script = scripts.get(endToEndId) ?? [];
    return (script.length > 1 ? script.shift() : script[0]) ?? { kind: 'settle' };
  };

  return {
    submit: async (order) => {
      calls.push({ way: 'submit', key: order.key });
      // A key the bank knows is answered as it stands, whatever the test says of new ones.
      const known = held.get(nameOf(order));
      if (known !== undefined) return known.outcome;
      const behaviour = next(order);
      switch (behaviour.kind) {
        case 'settle':
          return take(order, 'settled');
        case 'accept':
          return take(order, 'accepted');
        case 'decline':
          return { kind: 'declined', code: behaviour.code };
        case 'unreachable':
          throw new RailUnreachable('The bank cannot be reached.');
        case 'time_out':
          if (behaviour.hasArrived) take(order, behaviour.outcome ?? 'settled');
          throw new RailOutcomeUnknown('The bank did not answer.');
      }
    },
    find: async (lookup) => {
      calls.push({ way: 'find', key: lookup.key });
      return held.get(nameOf(lookup))?.outcome ?? { kind: 'absent' };
    },
    route: async ({ asset }) => (assets.includes(asset) ? { bank, rail } : undefined),
    verifyPayee: async ({ iban }) => payees.get(iban) ?? 'match',
    cutOff: ({ at }) => ({ executionDate: at.slice(0, 10) }),
    script: (endToEndId, ...behaviours) => scripts.set(endToEndId, [...behaviours]),
    settle: (endToEndId) => change(endToEndId, (bankReference) => ({ kind: 'settled', bankReference })),
    decline: (endToEndId, code) => change(endToEndId, () => ({ kind: 'declined', code })),
    sendBack: (endToEndId, code) => change(endToEndId, (bankReference) => ({ kind: 'returned', code, bankReference })),
    payees,
    calls,
    get orders() {
      return [...held.values()].map(({ order }) => order);
    },
  };
};
