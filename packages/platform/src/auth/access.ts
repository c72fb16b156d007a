import { ProblemError } from '../http/problem.ts';
import type { Principal } from './principal.ts';

/** What a principal wants with an account. */
export type AccountRight = 'view' | 'operate';

/**
 * Object-level authorisation inside a tenant, by mandate. Staff (principals that act for no party) pass; a customer's principal passes only for
 * accounts on which the party it acts for holds a mandate in force. Implemented by the context that knows mandates.
 */
export interface Access {
  /**
   * @param debits what the principal wants to take from the account, for mandates with limits
   * @throws ProblemError `not_found` where the principal may not even know of the account, `mandate_missing` where it may only look,
   * `mandate_limit_exceeded` where the mandate allows less
   */
  require(
    principal: Principal,
    accountId: string,
    right: AccountRight,
    debits?: readonly { readonly asset: string; readonly amountMinor: bigint }[],
  ): Promise<void>;
  /** Ids of the accounts a customer's principal may see; undefined for staff, who see all. */
  visibleAccounts(principal: Principal): Promise<readonly string[] | undefined>;
}

/** Whether the principal is bound by mandates: it acts for a party instead of the tenant. */
export const isCustomer = (principal: Principal): boolean => principal.actingFor !== undefined;

/** @throws ProblemError `staff_only` for a principal that acts for a party: nobody mandates, blocks, reverses or closes a day for themselves */
export const requireStaff = (principal: Principal): void => {
  if (isCustomer(principal)) throw new ProblemError('staff_only', { errors: [keyOfParty] });
};

const keyOfParty = {
  field: '/headers/authorization',
  code: 'staff_only',
  message: 'must be a key that acts for no party',
};

/**
 * Parts of a request that only staff may send, by where they stand (JSON pointers); undefined is not sent.
 * @throws ProblemError `staff_only`, naming those a principal that acts for a party sent
 */
export const requireStaffFields = (principal: Principal, fields: Readonly<Record<string, unknown>>): void => {
  if (!isCustomer(principal)) return;
  const errors = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [{ field, code: 'staff_only', message: 'only the bank itself may say this' }],
  );
  if (errors.length > 0) throw new ProblemError('staff_only', { errors });
};
