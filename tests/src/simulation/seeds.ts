import type { ScriptName } from './requests.ts';

/** A life by its seed: under another script, or with other steps, it is another one. */
export interface Seed {
  readonly seed: number;
  readonly steps: number;
  /** That of the ledger unless told. */
  readonly script?: ScriptName;
  readonly found: string;
}

/** Seeds that once failed, each with what it found; they run for ever. */
export const failedOnce: readonly Seed[] = [
  { seed: 240342883, steps: 100, found: 'a hold asked for again after it was increased counted as another one' },
  { seed: 240342361, steps: 200, found: 'a block passed by a balance that was made at the same time' },
  {
    seed: 242501944,
    steps: 100,
    found: 'a commit that landed after it was forgotten vouched for what was read before it',
  },
  {
    seed: 262206192,
    steps: 200,
    found: 'an auditor who did not know that a commit of a dead process may land after its repeat came too late',
  },
  {
    seed: 731509325,
    steps: 200,
    found:
      'an auditor who took for refused what was sent twice without a key, refused once and accepted once without anybody hearing of it',
  },
  {
    seed: 725182096,
    steps: 50,
    script: 'whole',
    found: 'a review of money that arrived which, said again, was refused though it had been decided so',
  },
  {
    seed: 731847348,
    steps: 100,
    script: 'whole',
    found: 'an auditor who did not know that a party which was erased meanwhile cannot be registered again',
  },
  {
    seed: 731847667,
    steps: 200,
    script: 'whole',
    found:
      'rows read while another lane committed under lock, which were kept as if they were from after it: bookings on a day that was closed',
  },
  {
    seed: 2008,
    steps: 100,
    script: 'whole',
    found:
      'a large batch and small ones of one process that did not see each other, and money that was lost between them',
  },
  {
    seed: 734883763,
    steps: 200,
    found: 'an auditor who did not know that a late commit may bring the money that its repeat was refused for',
  },
  {
    seed: 736308099,
    steps: 25,
    script: 'whole',
    found: 'a row made after it was looked for under lock and before its stream was read: an event on a row nobody had',
  },
  {
    seed: 736562199,
    steps: 200,
    script: 'whole',
    found: 'a work item opened after it was looked for, resolved without what was to be found with it',
  },
  {
    seed: 25,
    steps: 50,
    script: 'cards',
    found:
      'a card declined on the provider’s own form and a payer who never came back, asked about every millisecond for ever',
  },
  {
    seed: 738696153,
    steps: 200,
    script: 'cards',
    found: 'an approval of a refund which, said again, was refused because the refund had gone on meanwhile',
  },
  {
    seed: 781120990,
    steps: 80,
    script: 'all',
    found: 'a file that went on only when a bank which fails now and then answered for every one of its lines at once',
  },
];

/** Seeds that are run because some must be. */
export const always: readonly number[] = [1, 2];
