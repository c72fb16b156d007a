/** An entry of the bank's statement, as far as it is compared. */
export interface BankSide {
  readonly entryId: string;
  /** As the bank sees it: a CRDT raises what it holds for us. */
  readonly side: 'CRDT' | 'DBIT';
  readonly amountMinor: bigint;
  readonly endToEndId?: string | undefined;
  readonly reference?: string | undefined;
}

/** A posting on our nostro account, as far as it is compared. */
export interface OurSide {
  readonly journalId: string;
  readonly line: number;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: bigint;
  readonly endToEndId?: string | undefined;
  readonly reference?: string | undefined;
}

/** What comparing two sides of a day found. A difference is what the bank says minus what we say, in what it holds for us. */
export type Finding =
  | {
      readonly kind: 'missing_here';
      readonly entryId: string;
      readonly differenceMinor: bigint;
      readonly endToEndId?: string | undefined;
      readonly reference?: string | undefined;
    }
  | {
      readonly kind: 'missing_there';
      readonly journalId: string;
      readonly line: number;
      readonly differenceMinor: bigint;
      readonly endToEndId?: string | undefined;
      readonly reference?: string | undefined;
    }
  | {
      readonly kind: 'amount_differs';
      readonly entryId: string;
      readonly journalId: string;
      readonly line: number;
      readonly bankMinor: bigint;
      readonly oursMinor: bigint;
      readonly differenceMinor: bigint;
      readonly endToEndId?: string | undefined;
      readonly reference?: string | undefined;
    };

/** The result of a comparison. */
export interface Comparison {
  readonly matched: readonly { readonly entryId: string; readonly journalId: string; readonly line: number }[];
  readonly findings: readonly Finding[];
}

/** What the bank's entry does to the money it holds for us. */
export const bankEffect = ({ side, amountMinor }: Pick<BankSide, 'side' | 'amountMinor'>): bigint =>
  side === 'CRDT' ? amountMinor : -amountMinor;

/** What our posting says of it: a nostro is an asset, so the bank's credit is our debit. */
export const ourEffect = ({ side, amountMinor }: Pick<OurSide, 'side' | 'amountMinor'>): bigint =>
  side === 'debit' ? amountMinor : -amountMinor;

/**
 * Pairs entries and postings of one account, asset and day: first those of one reference, one direction and one amount; then one reference and
 * direction with another amount, which is a difference; then equal amounts where the bank gives no reference at all. Nothing is guessed where both
 * sides have references and they are not the same. Every entry and posting ends up in exactly one place.
 */
export const compare = (bank: readonly BankSide[], ours: readonly OurSide[]): Comparison => {
  const entries = new Set(bank);
  const postings = new Set(ours);
  const matched: Comparison['matched'][number][] = [];
  const pair = (isPair: (entry: BankSide, posting: OurSide) => boolean): [BankSide, OurSide][] =>
    [...entries].flatMap((entry): [BankSide, OurSide][] => {
      const posting = [...postings].find((one) => isPair(entry, one));
      if (posting === undefined) return [];
      entries.delete(entry);
      postings.delete(posting);
      return [[entry, posting]];
    });
  const keep = (pairs: readonly (readonly [BankSide, OurSide])[]): void => {
    for (const [{ entryId }, { journalId, line }] of pairs) matched.push({ entryId, journalId, line });
  };

  keep(pair((entry, posting) => isSameReference(entry, posting) && bankEffect(entry) === ourEffect(posting)));
  const differing = pair((entry, posting) => isSameReference(entry, posting) && isSameDirection(entry, posting));
  keep(pair((entry, posting) => isNameless(entry) && bankEffect(entry) === ourEffect(posting)));

  const findings: Finding[] = [
    ...differing.map(
      ([entry, { journalId, line, ...posting }]): Finding => ({
        kind: 'amount_differs',
        entryId: entry.entryId,
        journalId,
        line,
        bankMinor: entry.amountMinor,
        oursMinor: posting.amountMinor,
        differenceMinor: bankEffect(entry) - ourEffect(posting),
        ...named(entry),
      }),
    ),
    ...[...entries].map(
      (entry): Finding => ({
        kind: 'missing_here',
        entryId: entry.entryId,
        differenceMinor: bankEffect(entry),
        ...named(entry),
      }),
    ),
    ...[...postings].map(
      (posting): Finding => ({
        kind: 'missing_there',
        journalId: posting.journalId,
        line: posting.line,
        differenceMinor: -ourEffect(posting),
        ...named(posting),
      }),
    ),
  ];
  return { matched, findings };
};

const named = ({ endToEndId, reference }: Pick<BankSide, 'endToEndId' | 'reference'>) => ({
  ...(endToEndId === undefined ? {} : { endToEndId }),
  ...(reference === undefined ? {} : { reference }),
});

const isNameless = ({ endToEndId, reference }: BankSide): boolean =>
  endToEndId === undefined && reference === undefined;

const isSameReference = (entry: BankSide, posting: OurSide): boolean => {
  const theirs = [entry.endToEndId, entry.reference].filter((one) => one !== undefined);
  return theirs.some((one) => one === posting.endToEndId || one === posting.reference);
};

const isSameDirection = (entry: BankSide, posting: OurSide): boolean =>
  bankEffect(entry) > 0n === ourEffect(posting) > 0n;

/** What a finding is known by: the same difference of the same day found again is the same break. */
export const findingKey = (finding: Finding): string => {
  switch (finding.kind) {
    case 'missing_here':
      return `here/${finding.entryId}/${finding.differenceMinor}`;
    case 'missing_there':
      return `there/${finding.journalId}/${finding.line}`;
    case 'amount_differs':
      return `amount/${finding.entryId}/${finding.journalId}/${finding.line}`;
  }
};
