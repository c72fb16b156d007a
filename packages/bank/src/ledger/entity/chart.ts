import type { AccountClass } from '../terms.ts';

/** The roots of a house chart and the class each gives its leaves; the first that fits decides, so a longer root stands before its shorter one. */
const roots: readonly (readonly [string, AccountClass])[] = [
  ['cash', 'asset'],
  ['nostro/', 'asset'],
  ['psp/', 'asset'],
  ['chain/', 'asset'],
  ['receivable/', 'asset'],
  ['interco/', 'asset'],
  ['accrued/interest-receivable', 'asset'],
  ['accrued/', 'liability'],
  ['clearing/', 'liability'],
  ['suspense/', 'liability'],
  ['cgo/', 'liability'],
  ['fx-position', 'position'],
  ['income/', 'income'],
  ['cost/', 'expense'],
  ['loss/', 'expense'],
  ['equity', 'equity'],
];

/** Leaves every entity has from its first day. */
export const firstAccounts = [
  'cash',
  'fx-position',
  'suspense/unidentified',
  'suspense/blocked',
  'income/fx-spread',
  'income/fx-reval',
  'income/transfer-fee',
  'cost/fx-promo',
  'equity/capital',
] as const;

const shape = /^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*){0,3}$/;

/** The class of a chart code, or undefined for a code that is malformed or grows on no root of the chart. */
export const classOf = (code: string): AccountClass | undefined => {
  if (!shape.test(code) || code.length > 64) return undefined;
  const found = roots.find(
    ([root]) => code === root.replace(/\/$/, '') || code.startsWith(root.endsWith('/') ? root : `${root}/`),
  );
  return found?.[1];
};

/** Id of a house account: `main:nostro/ing`. */
export const houseAccountId = (entity: string, code: string): string => `${entity}:${code}`;

/** Whether an id is that of a house account; customers' accounts have UUIDs. */
export const isHouseAccountId = (accountId: string): boolean => accountId.includes(':');
