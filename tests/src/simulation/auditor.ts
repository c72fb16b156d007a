import { equalBytes, sha3_512, toHex } from '@finaegis/kernel/hash';
import { appendAll, emptyTree, rootOf } from '@finaegis/kernel/merkle';
import type { AuditedEvent } from './audited-event.ts';
import { type AuditorBooks, concludeAudited, emptyAuditorBooks, foldAudited } from './auditor-books.ts';
import { type CardRecords, compareWithProvider } from './card-books.ts';
import type { Experience } from './clients.ts';
import { compareCustomers } from './customer-books.ts';
import { compareCases } from './dispute-books.ts';
import { compareLinesWithBank, linesByKey } from './file-books.ts';
import { isJustified } from './justification.ts';
import type { StoredEvent } from './memory-database.ts';
import { compareWithBank } from './payment-books.ts';
import { type SimulatedBank, type SimulatedRequest, textOf, type WholeBank } from './simulated-bank.ts';
import type { JournalData } from './wishes.ts';

/** What the auditor found. */
export interface Audit {
  readonly problems: readonly string[];
  readonly events: number;
  /** The tenants' logs as they were read. */
  readonly logs: readonly (readonly AuditedEvent[])[];
  /** Merkle roots of the tenants' logs, hex. */
  readonly roots: readonly string[];
  readonly accepted: number;
  readonly refused: number;
  /** How often each command was accepted, and refused for which reason: `postJournal insufficient_funds`. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/**
 * Looks at a bank from outside, knowing the rules and nothing of the product: the log and its hashes, a replay of it, the balances as stored,
 * and whether every client was told the truth.
 */
export const audit = async (bank: SimulatedBank, experiences: readonly Experience[]): Promise<Audit> => {
  const problems: string[] = [];
  const roots: string[] = [];
  const logs: (readonly AuditedEvent[])[] = [];
  let events = 0;
  for (const tenantId of bank.tenants) {
    const log = await bank.log(tenantId);
    const its = experiences.filter(({ request }) => request.tenantId === tenantId);
    problems.push(...integrity(log));
    const read = log.map(audited);
    logs.push(read);
    const books = replay(read, its, bank.whole?.reviewMaxMs);
    if (bank.whole !== undefined) await compareWhole(bank.whole, tenantId, books);
    problems.push(...books.problems, ...books.replayed.problems);
    problems.push(...(await compareBalances(bank, tenantId, books)));
    problems.push(...compareAnswers(read, its));
    events += log.length;
    roots.push(
      toHex(
        rootOf(
          appendAll(
            emptyTree(),
            log.map(({ hash }) => hash),
          ),
        ),
      ),
    );
  }
  problems.push(...(bank.whole?.mistakes ?? []));
  problems.push(...experiences.flatMap(({ bug }) => (bug === undefined ? [] : [`a command failed with ${bug}`])));
  const told = experiences.map(outcomeOf);
  return {
    problems,
    events,
    logs,
    roots,
    accepted: told.filter((outcome) => outcome?.accepted === true).length,
    refused: told.filter((outcome) => outcome?.accepted === false).length,
    outcomes: counted(experiences),
  };
};

const counted = (experiences: readonly Experience[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const experience of experiences) {
    const outcome = outcomeOf(experience);
    const how = outcome === undefined ? (experience.answer?.kind ?? 'given_up') : (outcome.refusal?.code ?? 'accepted');
    const name = `${experience.request.name} ${how}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
};

/** Dense positions, dense versions, hashes over what is stored. */
const integrity = (log: readonly StoredEvent[]): readonly string[] => {
  const versions = new Map<string, number>();
  return log.flatMap(({ seq, stream, version, envelope, hash }, index) => {
    const before = versions.get(stream) ?? 0;
    versions.set(stream, version);
    return [
      ...(seq === BigInt(index + 1) ? [] : [`position ${index + 1} of the log is numbered ${seq}`]),
      ...(version === before + 1 ? [] : [`seq ${seq}: version ${version} of ${stream} follows version ${before}`]),
      ...(equalBytes(sha3_512(envelope), hash) ? [] : [`seq ${seq}: the hash is not that of the event`]),
    ];
  });
};

const audited = ({ seq, envelope }: StoredEvent): AuditedEvent => {
  const { type, data, metadata, bookedAt } = JSON.parse(envelope) as {
    type: string;
    data: AuditedEvent['data'];
    metadata: { correlation: string; channel: string; actor: string };
    bookedAt: string;
  };
  return { seq, type, data, ...metadata, bookedAt };
};

interface Outcome {
  readonly accepted: boolean;
  readonly refusal?: Readonly<Record<string, string>> & { readonly code: string };
}

/** Answers of large batches are long, and each is looked at several times. */
const outcomes = new WeakMap<Experience, Outcome>();

const outcomeOf = (experience: Experience): Outcome | undefined => {
  const { answer } = experience;
  if (answer?.kind !== 'answered') return undefined;
  const known = outcomes.get(experience) ?? (JSON.parse(answer.body) as Outcome);
  outcomes.set(experience, known);
  return known;
};

/** Folds the log, and asks at every place a refusal may have been decided at whether the rules refuse there. */
const replay = (
  events: readonly AuditedEvent[],
  experiences: readonly Experience[],
  reviewMaxMs: number | undefined,
): AuditorBooks => {
  const books = emptyAuditorBooks(reviewMaxMs);
  const opens = new Map<bigint, Experience[]>();
  for (const experience of experiences)
    if (outcomeOf(experience)?.accepted === false)
      opens.set(experience.from, [...(opens.get(experience.from) ?? []), experience]);
  let open: Experience[] = [];
  for (let seq = 0n; seq <= BigInt(events.length); seq++) {
    const event = events[Number(seq) - 1];
    if (event !== undefined) foldAudited(books, event);
    open = [...open, ...(opens.get(seq) ?? [])].filter((experience) => {
      const refusal = outcomeOf(experience)?.refusal;
      if (refusal === undefined || isJustified(books, experience, refusal)) return false;
      if (seq < experience.upTo) return true;
      books.problems.push(
        `${experience.request.name} was refused with ${textOf(refusal)} between ${experience.from} and ${experience.upTo}, and no rule says so: ${textOf(experience.request.data)}`,
      );
      return false;
    });
  }
  concludeAudited(books);
  return books;
};

/** The rows beside the ledger's, and the other side of the rail. */
const compareWhole = async (
  { rows, rail, cards: provider }: WholeBank,
  tenantId: string,
  { customers, payments, cards, files, disputes, replayed, problems }: AuditorBooks,
): Promise<void> => {
  if (rows !== undefined) problems.push(...compareCustomers(customers, (table) => rows(table, tenantId)));
  const orders = (await rail.orders()).filter((order) => order.tenantId === tenantId);
  const complain = (text: string): unknown => problems.push(text);
  const lines = linesByKey(files);
  compareWithBank(
    payments,
    orders.filter(({ paymentId }) => !lines.has(paymentId)),
    complain,
  );
  compareLinesWithBank(files, orders, complain);
  const account = provider.accountOf(tenantId);
  const records: CardRecords = {
    received: async (key) => {
      const found = await account.findIntent({ tenantId, key });
      return 'kind' in found ? undefined : found.receivedMinor;
    },
    refund: async (key) => {
      const found = await account.findRefund({ tenantId, key, intentId: '' });
      return 'kind' in found ? found.kind : found.status;
    },
    balance: account.balanceMinor(),
  };
  await compareWithProvider(cards, records, { replayed, complain });
  const find = async (caseId: string): Promise<string> =>
    (await account.dispute({ tenantId, disputeId: caseId })).status;
  await compareCases(disputes, { cases: provider.casesOf(tenantId), find }, complain);
};

const compareBalances = async (
  bank: SimulatedBank,
  tenantId: string,
  { replayed, bookedAt }: AuditorBooks,
): Promise<readonly string[]> => {
  const rows = new Map(
    (await bank.balances(tenantId)).map((row) => [
      `${row.account} ${row.asset}`,
      textOf([
        row.debitsMinor,
        row.creditsMinor,
        row.heldOutMinor,
        row.overdraftLimitMinor,
        row.blockedMinor,
        row.status,
        row.debitBlocks,
        row.creditBlocks,
        row.hasFloor && row.debitsMinor + row.creditsMinor + row.heldOutMinor > 0n ? row.bookedAt : '',
      ]),
    ]),
  );
  const problems: string[] = [];
  for (const [name, its] of replayed.balances) {
    const account = replayed.accounts.get(name.slice(0, name.lastIndexOf(' ')));
    const { debits, credits, heldOut, overdraftLimit, blocked } = its;
    const expected = textOf([
      debits,
      credits,
      heldOut,
      overdraftLimit,
      blocked,
      account?.isClosed === true ? 'closed' : 'open',
      account?.debitBlocks,
      account?.creditBlocks,
      account?.hasFloor === true && debits + credits + heldOut > 0n ? bookedAt.get(name) : '',
    ]);
    const row = rows.get(name);
    rows.delete(name);
    // A block makes no row, and a balance nobody booked on needs none.
    const isUntouched = debits + credits + heldOut + overdraftLimit === 0n;
    if (row !== expected && !(row === undefined && isUntouched))
      problems.push(`the balance of ${name} is ${row ?? 'not there'} and the log says ${expected}`);
  }
  return [...problems, ...[...rows.keys()].flatMap((name) => emptyRow(name, rows))];
};

/** A row the log knows nothing of may only be an empty one. */
const emptyRow = (name: string, rows: ReadonlyMap<string, string>): readonly string[] =>
  rows.get(name)?.startsWith('["0","0","0","0"') === true
    ? []
    : [`the balance of ${name} is there and the log knows nothing of it`];

/** Each acknowledged request once in the log and as it was asked, no refused one, one answer under one key. */
const compareAnswers = (events: readonly AuditedEvent[], experiences: readonly Experience[]): readonly string[] => {
  const problems: string[] = [];
  const caused = new Map<string, AuditedEvent[]>();
  // What a test set up before the simulation began is not the clients' business.
  for (const event of events.filter(({ channel }) => channel === 'simulation'))
    caused.set(event.correlation, [...(caused.get(event.correlation) ?? []), event]);
  const known = new Set(experiences.map(({ request }) => request.correlation));
  for (const correlation of caused.keys())
    if (!known.has(correlation)) problems.push(`the log has events of ${correlation}, which nobody asked for`);
  const journals = new Map(
    events.flatMap(({ type, data }) => (type === 'JournalPosted' ? [[String(data['journalId']), data] as const] : [])),
  );
  const answers = new Map<string, string>();
  const accepted = new Set(
    experiences.flatMap((experience) =>
      outcomeOf(experience)?.accepted === true ? [experience.request.correlation] : [],
    ),
  );
  // A client that gave up never learnt what became of its sending.
  const unheard = new Set(
    experiences.flatMap(({ request, answer }) => (answer === undefined ? [request.correlation] : [])),
  );
  for (const experience of experiences) {
    const { request, answer } = experience;
    const its = caused.get(request.correlation) ?? [];
    const outcome = outcomeOf(experience);
    const complain = (text: string): unknown => problems.push(`${request.name} ${request.correlation} ${text}`);
    if (request.isDryRun === true && its.length > 0) complain('was only tried and is in the log');
    // Sent twice without a key it may be refused once and accepted once, heard of or not; each answer was true at its moment.
    const isOtherAccepted =
      accepted.has(request.correlation) || (request.key === undefined && unheard.has(request.correlation));
    if (
      outcome?.accepted === false &&
      its.length > 0 &&
      !isOtherAccepted &&
      !hasNoIdentity(request) &&
      !isOvertaken(experience, its) &&
      !isForgotten(experience)
    )
      complain('was refused and is in the log');
    if (answer?.kind === 'key_reused' && its.length > 0 && !accepted.has(request.correlation))
      complain('was not let through under its key and is in the log');
    const wanted = eventsWanted(request.name, request.data);
    if (
      its.length > 0 &&
      wanted !== undefined &&
      !hasNoIdentity(request) &&
      textOf(its.map(({ type }) => type).sort()) !== textOf(wanted)
    )
      complain(`led to ${its.map(({ type }) => type).join(', ')}`);
    if (outcome?.accepted === true && request.isDryRun !== true)
      for (const journal of journalsOf(request.name, request.data))
        if (!isPosted(journal, journals.get(journal.journalId)))
          complain(`was accepted and ${journal.journalId} is not as asked`);
    if (request.key === undefined || answer?.kind !== 'answered') continue;
    // A key is the principal's who chose it.
    const key = `${request.actor ?? 'client'} ${request.key.key}`;
    if ((answers.get(key) ?? answer.body) !== answer.body) complain(`got two answers under the key ${key}`);
    answers.set(key, answer.body);
  }
  return problems;
};

/**
 * What has neither a natural id nor a key is a new command each time it is sent: by then the day may be another one, the limit changed by
 * somebody else. It is why a key exists.
 */
const hasNoIdentity = ({ name, key }: SimulatedRequest): boolean => key === undefined && withoutIdentity.includes(name);

const withoutIdentity: readonly string[] = [
  'openBusinessDay',
  'closeBusinessDay',
  'increaseHold',
  'setOverdraftLimit',
  'setAccountOverdraft',
  'changePartyDetails',
  'setKyc',
  'assignWorkItem',
  'retrySaga',
  'replayWebhook',
];

/** An erased party has nothing left that says whether the same registration is asked for again. */
const isForgotten = (experience: Experience): boolean =>
  experience.request.key === undefined &&
  experience.request.name === 'registerParty' &&
  outcomeOf(experience)?.refusal?.['code'] === 'party_erased';

/**
 * A commit of a process that died lands when it lands, and may bring with it what the command needs: the money booked just before it. Sent again
 * meanwhile, with no key the two would meet at, it was refused as things stood. Nothing else may come between a refusal and the log.
 */
const isOvertaken = ({ request: { key }, unheard, upTo }: Experience, its: readonly AuditedEvent[]): boolean =>
  key === undefined && unheard > 0 && its.every(({ seq }) => seq > upTo);

const journalsOf = (name: string, data: unknown): readonly JournalData[] => {
  if (name === 'postJournal') return [data as JournalData];
  return name === 'postLinkedJournals' ? (data as { journals: readonly JournalData[] }).journals : [];
};

const isPosted = ({ postings, captures }: JournalData, posted: AuditedEvent['data'] | undefined): boolean =>
  posted !== undefined && sameMoney(posted['postings'], postings) && sameMoney(posted['captures'], captures);

/** Canonical JSON sorts its fields, so both sides are read field by field. */
const sameMoney = (stored: unknown, asked: readonly object[]): boolean => {
  const plain = (each: object): string => textOf(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)));
  return textOf((stored as readonly object[]).map(plain)) === textOf(asked.map(plain));
};

/** The events one accepted request leads to, all of them or none, sorted; undefined where it depends. */
const eventsWanted = (name: string, data: unknown): readonly string[] | undefined => {
  switch (name) {
    case 'postJournal':
    case 'postLinkedJournals': {
      const journals = journalsOf(name, data);
      return journals.flatMap(({ captures }) => ['JournalPosted', ...captures.map(() => 'HoldCaptured')]).sort();
    }
    case 'reverseJournal':
      return ['JournalPosted', 'JournalReversed'];
    case 'convert':
      return ['JournalPosted', 'QuoteUsed'];
    case 'placeHold':
      return ['HoldPlaced'];
    case 'increaseHold':
      return ['HoldIncreased'];
    case 'voidHold':
      return ['HoldVoided'];
    case 'expireHold':
      return ['HoldExpired'];
    case 'issueQuote':
      return ['QuoteIssued'];
    case 'setOverdraftLimit':
      return ['OverdraftLimitSet'];
    case 'placeBlock':
      return ['AccountBlockPlaced'];
    case 'liftBlock':
      return ['AccountBlockLifted'];
    case 'closeCustomer':
      return ['LedgerAccountClosed'];
    case 'registerParty':
      return ['PartyRegistered'];
    case 'eraseParty':
      return ['PartyErased'];
    case 'grantMandate':
      return ['MandateGranted'];
    case 'revokeMandate':
      return ['MandateRevoked'];
    case 'closeAccount':
      return ['AccountClosed', 'LedgerAccountClosed'];
    case 'withdraw':
      return ['JournalPosted'];
    // A deposit leads to an item as well where the account cannot take it; what lies in suspense is held against the items at the end.
    default:
      return undefined;
  }
};
