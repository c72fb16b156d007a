/** An account at the demo bank. Amounts are in minor units of its asset. */
export interface DemoAccount {
  readonly iban: string;
  readonly asset: string;
  readonly owner: string;
  readonly openingMinor: bigint;
}

/** A payment somebody asks the bank to make. */
export interface DemoOrder {
  readonly key: string;
  readonly rail: string;
  readonly asset: string;
  readonly amountMinor: bigint;
  readonly reference: string;
  readonly endToEndId: string;
  readonly debtorIban: string;
  readonly creditorName: string;
  readonly creditorIban: string;
}

export type DemoStatus = 'pending' | 'settled' | 'rejected' | 'returned';

/** A payment as the bank knows it. */
export interface DemoPayment extends DemoOrder {
  readonly id: string;
  readonly status: DemoStatus;
  /** ISO 20022 reason of a rejection or return. */
  readonly reason?: string;
  /** The entry by which a returned payment came back. */
  readonly returnEntry?: string;
  readonly dueAtMs: number;
}

/** Who paid what came in, and for which of the account holder's own customers. */
export interface DemoSender {
  readonly name?: string;
  readonly iban?: string;
  /** A number the account holder has given to a customer of its own: the money lies on the account all the same. */
  readonly creditorIban?: string;
  readonly remittance?: string;
}

/** An entry on an account, as the bank sees it. */
export interface DemoEntry {
  readonly id: string;
  readonly iban: string;
  readonly asset: string;
  readonly side: 'CRDT' | 'DBIT';
  readonly amountMinor: bigint;
  readonly date: string;
  readonly endToEndId: string;
  readonly reference?: string;
  readonly isReturn: boolean;
  /** ISO 20022 reason of a return. */
  readonly reason?: string;
  readonly sender?: DemoSender;
}

/** How the book behaves. */
export interface BankBookOptions {
  readonly accounts: readonly DemoAccount[];
  /** Milliseconds between a payment's acceptance and its settlement. */
  readonly latencyMs: number;
  readonly now: () => number;
  /** Creditor accounts that are closed (rejected with AC04) or whose bank sends the money back (returned with MD07 after settlement). */
  readonly closedIbans: ReadonlySet<string>;
  readonly returningIbans: ReadonlySet<string>;
  /** Told of every payment that changed. */
  readonly onChange: (payment: DemoPayment) => void;
  /** Told of every entry on an account. */
  readonly onEntry: (entry: DemoEntry) => void;
  /** Carries a settled payment to wherever its creditor has an account. */
  readonly deliver: (payment: DemoPayment) => void;
}

/** The books of the demo bank: accounts, payments by idempotency key, entries. */
export interface BankBook {
  submit(order: DemoOrder): { readonly payment: DemoPayment; readonly isNew: boolean } | 'other content';
  /** Every payment it was ever given. */
  payments(): readonly DemoPayment[];
  find(key: string): DemoPayment | undefined;
  /** Settles and returns what is due. */
  settleDue(): void;
  /** Money from another bank. */
  receive(incoming: {
    readonly iban: string;
    readonly amountMinor: bigint;
    readonly endToEndId: string;
    readonly reference?: string;
    readonly sender?: DemoSender;
  }): DemoEntry;
  /** Settles one payment before its time. */
  settle(endToEndId: string): void;
  /** A settled payment comes back. */
  sendBack(endToEndId: string, reason: string): void;
  /** The next payment with this end-to-end id is rejected. */
  willReject(endToEndId: string, reason: string): void;
  balances(): readonly (DemoAccount & { readonly balanceMinor: bigint })[];
  balanceBefore(account: DemoAccount, date: string): bigint;
  entries(iban: string, date: string): readonly DemoEntry[];
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const createBankBook = (options: BankBookOptions): BankBook => {
  const { accounts, latencyMs, now } = options;
  const [payments, ledger] = [new Map<string, DemoPayment>(), createLedger(options)];
  const { accountOf, enter } = ledger;

  const change = (payment: DemoPayment, to: Partial<DemoPayment>): DemoPayment => {
    const changed = { ...payment, ...to };
    payments.set(payment.key, changed);
    options.onChange(changed);
    return changed;
  };
  const receive = receiver(enter);
  const comeBack = (payment: DemoPayment, reason: string): void => {
    const { debtorIban: iban, amountMinor, endToEndId, reference } = payment;
    const { id } = enter({ iban, side: 'CRDT', amountMinor, endToEndId, reference, reason, isReturn: true });
    change(payment, { status: 'returned', reason, returnEntry: id });
  };
  const known = (endToEndId: string): DemoPayment => {
    const found = [...payments.values()].find((payment) => payment.endToEndId === endToEndId);
    if (found === undefined) throw new Error(`The demo bank has no payment ${endToEndId}.`);
    return found;
  };

  const settle = (payment: DemoPayment): void => {
    const { debtorIban, creditorIban, amountMinor, endToEndId, reference } = payment;
    enter({ iban: debtorIban, side: 'DBIT', amountMinor, endToEndId, reference, isReturn: false });
    const settled = change(payment, { status: 'settled' });
    if (accountOf(creditorIban) !== undefined) receive({ iban: creditorIban, amountMinor, endToEndId, reference });
    else if (options.returningIbans.has(creditorIban)) comeBack(settled, 'MD07');
    else options.deliver(settled);
  };

  const toReject = new Map<string, string>();
  const submit: BankBook['submit'] = (order) => {
    const before = payments.get(order.key);
    if (before !== undefined) {
      const { id: _id, status: _status, reason: _reason, returnEntry: _entry, dueAtMs: _due, ...asked } = before;
      const isSame = Object.entries(asked).every(([name, value]) => order[name as keyof DemoOrder] === value);
      return isSame ? { payment: before, isNew: false } : 'other content';
    }
    const reason = toReject.get(order.endToEndId) ?? reasonAgainst(order, { options, ledger, payments });
    const payment: DemoPayment = {
      ...order,
      id: `P${String(payments.size + 1).padStart(9, '0')}`,
      status: reason === undefined ? 'pending' : 'rejected',
      dueAtMs: now() + latencyMs,
      ...(reason === undefined ? {} : { reason }),
    };
    payments.set(order.key, payment);
    if (payment.dueAtMs <= now() && payment.status === 'pending') settle(payment);
    return { payment: payments.get(order.key) ?? payment, isNew: true };
  };

  return {
    submit,
    find: (key) => payments.get(key),
    payments: () => [...payments.values()],
    settleDue: () => {
      for (const payment of payments.values())
        if (payment.status === 'pending' && payment.dueAtMs <= now()) settle(payment);
    },
    receive,
    settle: (endToEndId) => settle(known(endToEndId)),
    sendBack: (endToEndId, reason) => comeBack(known(endToEndId), reason),
    willReject: (endToEndId, reason) => void toReject.set(endToEndId, reason),
    balances: () => accounts.map((account) => ({ ...account, balanceMinor: ledger.sum(account, () => true) })),
    balanceBefore: (account, date) => ledger.sum(account, (entry) => entry.date < date),
    entries: (iban, date) => ledger.entries.filter((entry) => entry.iban === iban && entry.date === date),
  };
};

/** Money from elsewhere. */
const receiver =
  (enter: ReturnType<typeof createLedger>['enter']): BankBook['receive'] =>
  ({ reference, sender, ...incoming }) =>
    enter({
      ...incoming,
      side: 'CRDT',
      isReturn: false,
      ...(reference === undefined ? {} : { reference }),
      ...(sender === undefined ? {} : { sender }),
    });

/** Entries on the accounts, and what they come to. */
const createLedger = ({ accounts, now, onEntry }: BankBookOptions) => {
  const entries: DemoEntry[] = [];
  const accountOf = (iban: string): DemoAccount | undefined => accounts.find((account) => account.iban === iban);
  const signed = ({ side, amountMinor }: DemoEntry): bigint => (side === 'CRDT' ? amountMinor : -amountMinor);
  const sum = (account: DemoAccount, isMeant: (entry: DemoEntry) => boolean): bigint =>
    entries
      .filter((entry) => entry.iban === account.iban && isMeant(entry))
      .reduce((total, entry) => total + signed(entry), account.openingMinor);
  const enter = (entry: Omit<DemoEntry, 'id' | 'date' | 'asset'>): DemoEntry => {
    const asset = accountOf(entry.iban)?.asset ?? '';
    const id = `E${String(entries.length + 1).padStart(9, '0')}`;
    const entered = { ...entry, asset, id, date: dateOf(now()) };
    entries.push(entered);
    onEntry(entered);
    return entered;
  };
  return { entries: entries as readonly DemoEntry[], accountOf, sum, enter };
};

const reasonAgainst = (
  { debtorIban, creditorIban, asset, amountMinor }: DemoOrder,
  {
    options,
    ledger,
    payments,
  }: {
    readonly options: BankBookOptions;
    readonly ledger: ReturnType<typeof createLedger>;
    readonly payments: ReadonlyMap<string, DemoPayment>;
  },
): string | undefined => {
  const debtor = ledger.accountOf(debtorIban);
  if (debtor === undefined || debtor.asset !== asset) return 'AC01';
  if (options.closedIbans.has(creditorIban)) return 'AC04';
  const promised = [...payments.values()]
    .filter((one) => one.status === 'pending' && one.debtorIban === debtorIban)
    .reduce((total, one) => total + one.amountMinor, 0n);
  return ledger.sum(debtor, () => true) - promised < amountMinor ? 'AM04' : undefined;
};
