import { readConfig } from '@finaegis/platform/config/config';
import { createPool } from '@finaegis/platform/database/pool';
import { openBank } from '@finaegis/server/bank';
import { openDatabase } from '@finaegis/server/database';
import { demoTenantId } from '@finaegis/server/demo';
import { assertCoherent } from '@finaegis/testing/assert-coherent';
import type { Instruction } from './clients.ts';

/** Something that must hold, and what speaks against it: empty when it does. */
export interface Claim {
  readonly claim: string;
  readonly against: readonly string[];
}

interface BookedJournal {
  readonly journalId: string;
  readonly from: string;
  readonly to: string;
  readonly minor: number;
}

type Booked = ReadonlyMap<string, readonly BookedJournal[]>;

/** Holds what clients were told against the log as it is stored, read by a superuser and by nothing of the bank's own. */
export const examine = async (
  instructions: readonly Instruction[],
  { adminUrl, folder }: { readonly adminUrl: string; readonly folder: string },
): Promise<readonly Claim[]> => {
  const database = await openDatabase(readConfig({ FINAEGIS_DATA: folder, DATABASE_URL: adminUrl }));
  const bank = await openBank({ connections: database, masterKey: database.masterKey });
  const admin = createPool(database.admin, { applicationName: 'stress verdict', max: 1 });
  try {
    const { rows } = await admin.query<{ envelope: string }>(
      `select envelope from events where tenant_id = $1 and type = 'JournalPosted' order by seq`,
      [demoTenantId],
    );
    const incoherent = await assertCoherent(bank, demoTenantId).then(
      () => [],
      (error: unknown) => [String(error)],
    );
    return [
      ...compare(instructions, bookedJournals(rows.map(({ envelope }) => envelope))),
      {
        claim: 'the log verifies, the books balance, balances, holds and views are as a replay makes them',
        against: incoherent,
      },
    ];
  } finally {
    await admin.end();
    await bank.close();
    await database.close();
  }
};

interface StoredJournal {
  readonly data: {
    readonly journalId: string;
    readonly endToEndId?: string;
    readonly postings: readonly { readonly account: string; readonly side: string; readonly amountMinor: string }[];
  };
}

/** Journals by the end-to-end id of the instruction they were booked for. */
export const bookedJournals = (envelopes: readonly string[]): Booked => {
  const booked = new Map<string, BookedJournal[]>();
  for (const envelope of envelopes) {
    const { journalId, endToEndId, postings } = (JSON.parse(envelope) as StoredJournal).data;
    if (endToEndId === undefined) continue;
    const on = (side: string) => postings.find((posting) => posting.side === side);
    const journal = {
      journalId,
      from: on('debit')?.account ?? '',
      to: on('credit')?.account ?? '',
      minor: Number(on('debit')?.amountMinor),
    };
    booked.set(endToEndId, [...(booked.get(endToEndId) ?? []), journal]);
  }
  return booked;
};

/** What speaks against every acknowledged instruction being there once as acknowledged, and nothing else being there. */
export const compare = (instructions: readonly Instruction[], booked: Booked): readonly Claim[] => {
  const journalsOf = (reference: string): readonly BookedJournal[] => booked.get(reference) ?? [];
  const those = (outcome: Instruction['outcome']) => instructions.filter((one) => one.outcome === outcome);
  const asTold = ({ reference, from, to, minor, journalId }: Instruction): boolean => {
    const [journal, ...more] = journalsOf(reference);
    const isSame = journal?.journalId === journalId && journal?.from === from && journal.to === to;
    return more.length === 0 && isSame && journal?.minor === minor;
  };
  const known = new Set(instructions.map(({ reference }) => reference));
  const told = (one: Instruction): string =>
    `${JSON.stringify(one)} is booked as ${JSON.stringify(journalsOf(one.reference))}`;
  return [
    {
      claim: 'what was acknowledged is booked exactly once, with its accounts and its amount',
      against: those('acknowledged')
        .filter((one) => !asTold(one))
        .map(told),
    },
    {
      claim: 'what was refused is not booked',
      against: those('refused')
        .filter(({ reference }) => journalsOf(reference).length > 0)
        .map(told),
    },
    { claim: 'every instruction was answered in the end', against: those('unanswered').map(told) },
    {
      claim: 'nothing is booked that nobody asked for',
      against: [...booked.keys()].filter((reference) => /^s\d+-\d+$/.test(reference) && !known.has(reference)),
    },
  ];
};
