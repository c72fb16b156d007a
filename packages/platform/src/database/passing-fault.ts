import { DatabaseFault } from './transaction.ts';

// A lost connection and the outcome it left open; serialization failure, deadlock and a lock somebody kept; a statement cut short from outside;
// the key of a subject that another process made first.
const passing: ReadonlySet<string> = new Set([
  'connection_lost',
  'statement_not_sent',
  'commit_unknown',
  '40001',
  '40P01',
  '55P03',
  '57014',
  'FA004',
]);

// Insufficient resources: the disk is full, memory or connections have run out.
const resources = /^53/;

/**
 * Whether a fault of the database goes away without anybody changing what is asked: the same work may succeed later.
 * Everything else needs a person or another release.
 */
export const isPassingFault = (error: unknown): boolean =>
  error instanceof DatabaseFault && (passing.has(error.code) || resources.test(error.code));
