import { z } from 'zod';

/** The five classes and the position class; a class fixes an account's normal side for ever. */
export const classes = ['asset', 'liability', 'equity', 'income', 'expense', 'position'] as const;
export type AccountClass = (typeof classes)[number];

/** A posting has a side and a positive amount, never a sign. */
export const sides = ['debit', 'credit'] as const;
export type Side = (typeof sides)[number];

/** Why a scheme obliges us to post although the floor or a debit block says no; such postings are flagged for ever. */
export const forcedReasons = [
  'late_presentment',
  'excess_presentment',
  'chargeback',
  'recall',
  'reorg',
  'correction',
] as const;
export type ForcedReason = (typeof forcedReasons)[number];

/** Why debits or credits are stopped. */
export const blockReasons = [
  'court_order',
  'fraud_suspicion',
  'sanctions',
  'deceased',
  'lost_credentials',
  'customer_request',
  'compliance_review',
  'other',
] as const;
export type BlockReason = (typeof blockReasons)[number];

/** The side that raises an account of this class. */
export const normalSide = (accountClass: AccountClass): Side =>
  accountClass === 'asset' || accountClass === 'expense' ? 'debit' : 'credit';

/** The other side. */
export const mirrored = (side: Side): Side => (side === 'debit' ? 'credit' : 'debit');

/** Minor units in stored JSON: decimal digits there, a bigint here. */
export const minor = z
  .string()
  .regex(/^\d{1,38}$/)
  .transform((digits) => BigInt(digits));
