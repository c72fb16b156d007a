import { paymentWish } from './payment-wishes.ts';
import { chance } from './scheduler.ts';
import type { WholeNotes, WholeSources } from './whole-notes.ts';
import { bulkTransfers, type Draft, firstDay, house, pair, type Sources, wish } from './wishes.ts';

/** Products: accounts of the first may be overdrawn, those of the last hold euros only. */
const products = ['current', 'savings', 'euro'] as const;

/** One thing a client of a whole bank wants. */
export const wholeWish = (from: WholeSources, notes: WholeNotes): Draft => {
  if (chance(from.random, 8)) return bulkTransfers(from, notes);
  const draw = from.random.below(100);
  if (draw < 40) return ofCustomers(from, notes, wish(from, notes));
  if (draw < 60) return customerWish(from, notes);
  return paymentWish(from, notes);
};

/** In a whole bank accounts belong to somebody and have a product. */
const ofCustomers = (from: Sources, notes: WholeNotes, draft: Draft): Draft => {
  const { accountId } = draft.data as { readonly accountId: string };
  switch (draft.name) {
    case 'openCustomer':
      return opening(from, accountId, [from.random.pick(notes.parties)]);
    case 'closeCustomer':
      return { name: 'closeAccount', data: { accountId } };
    case 'setOverdraftLimit':
      return { name: 'setAccountOverdraft', data: draft.data };
    default:
      return draft;
  }
};

const opening = (from: Sources, accountId: string, holders: readonly string[]): Draft => ({
  name: 'openAccount',
  data: {
    accountId,
    entity: 'main',
    product: chance(from.random, 30) ? 'golden' : from.random.pick(products),
    asset: from.random.pick(['EUR', 'EUR', 'EUR', 'JPY']),
    holders: holders.map((partyId, index) => ({
      partyId,
      kind: index === 0 ? 'owner' : 'joint',
      mandateId: from.fresh('mandate'),
    })),
    ...(chance(from.random, 300) ? { externalReference: `X${from.random.below(12)}` } : {}),
  },
});

const register = (from: Sources, partyId: string): Draft => ({
  name: 'registerParty',
  data: { partyId, kind: 'person', details: { name: { given: 'Anna', family: `Payer ${from.random.below(9)}` } } },
});

const anyAccount = (from: Sources, { customers }: WholeNotes): string =>
  chance(from.random, 40) ? from.fresh('nobody') : from.random.pick(customers);

const movement = (from: Sources, notes: WholeNotes) => ({
  accountId: anyAccount(from, notes),
  asset: from.random.pick(['EUR', 'EUR', 'JPY']),
  amountMinor: BigInt(1 + from.random.below(1_500)),
});

const customerWish = (from: Sources, notes: WholeNotes): Draft => {
  const { random, fresh } = from;
  const partyId = random.pick(notes.parties);
  switch (random.below(13)) {
    case 0: {
      const made = fresh('party');
      notes.parties.push(made);
      return register(from, made);
    }
    case 1: {
      const made = fresh('account');
      notes.customers.push(made);
      const others = notes.parties.filter((other) => other !== partyId);
      // Nobody, one, or two of them; sometimes the same one twice.
      const second = chance(random, 150) ? partyId : random.pick(others);
      const holders = chance(random, 50) ? [] : chance(random, 400) ? [partyId, second] : [partyId];
      return opening(from, made, holders);
    }
    case 2: {
      const mandateId = fresh('mandate');
      notes.mandates.push(mandateId);
      const [kind, accountId] = [random.pick(['viewer', 'disponent'] as const), random.pick(notes.customers)];
      return { name: 'grantMandate', data: { mandateId, partyId, accountId, kind, limits: [] } };
    }
    case 3:
      return {
        name: 'revokeMandate',
        data: { mandateId: notes.mandates.length === 0 ? fresh('mandate') : random.pick(notes.mandates) },
      };
    case 4:
      return {
        name: 'changePartyDetails',
        data: { partyId, change: { name: { given: 'Berta', family: `Payer ${random.below(9)}` } } },
      };
    case 5:
      if (chance(random, 600))
        return { name: 'setKyc', data: { partyId, kyc: { status: random.pick(['pending', 'verified']) } } };
      return { name: 'eraseParty', data: { partyId, reason: 'data_subject_request' } };
    case 6: {
      const limitMinor = BigInt(random.below(3) * 700);
      return {
        name: 'setAccountOverdraft',
        data: { accountId: anyAccount(from, notes), asset: 'EUR', limitMinor },
      };
    }
    case 7:
    case 8:
    case 9: {
      const again = notes.deposits.length > 0 && chance(random, 60) ? random.pick(notes.deposits) : undefined;
      const data = again ?? { depositId: fresh('deposit'), ...movement(from, notes) };
      notes.deposits.push(data);
      return { name: 'recordDeposit', data };
    }
    case 10: {
      // The first two stay, and the newest are the ones that may be empty.
      const [, , ...others] = notes.customers;
      return { name: 'closeAccount', data: { accountId: others.at(-1) ?? fresh('nobody') } };
    }
    default:
      return { name: 'withdraw', data: { withdrawalId: fresh('withdrawal'), ...movement(from, notes) } };
  }
};

/** Opens the books of a whole bank: its products and numbers, who the customers are, and some money. */
export const wholeOpening = (from: Sources, notes: WholeNotes): readonly Draft[] => {
  const [first = '', second = ''] = notes.parties;
  const publish = (product: string, allowsOverdraft: boolean, assets?: readonly string[]): Draft => ({
    name: 'publishProduct',
    data: {
      product,
      version: 1,
      name: product,
      statementCycle: 'monthly',
      allowsOverdraft,
      ...(assets === undefined ? {} : { assets }),
    },
  });
  const details = { entity: 'main', country: 'DE', bankCode: '37040044', name: 'Test Bank' };
  return [
    {
      name: 'openEntity',
      data: {
        entity: 'main',
        name: 'Test Bank',
        functionalAsset: 'EUR',
        timeZone: 'Europe/Prague',
        calendar: 'target',
        businessDate: firstDay,
      },
    },
    ...['nostro/ing', 'clearing/card'].map(
      (chartCode): Draft => ({ name: 'openHouseAccount', data: { entity: 'main', chartCode, hasFloor: false } }),
    ),
    { name: 'setBankDetails', data: details },
    publish('current', true),
    publish('savings', false),
    publish('euro', false, ['EUR']),
    ...notes.parties.map((partyId) => register(from, partyId)),
    ...notes.customers.map((accountId, index): Draft => {
      const { data } = opening(from, accountId, index === 0 ? [first, second] : [second]);
      const product = products[index % products.length];
      return {
        name: 'openAccount',
        data: { ...(data as object), product, asset: 'EUR', externalReference: undefined },
      };
    }),
    ...notes.customers.map(
      (account): Draft => ({
        name: 'postJournal',
        data: {
          journalId: from.fresh('journal'),
          kind: 'deposit',
          postings: pair({ debit: house('nostro/ing'), credit: account, asset: 'EUR', amountMinor: 6_000n }),
          captures: [],
        },
      }),
    ),
  ];
};
