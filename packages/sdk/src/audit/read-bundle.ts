import { type AuditBundle, type AuditBundleEvent, auditBundleFormat } from '@finaegis/kernel/audit-bundle';
import type { AuditKey, SignedTreeHead } from '@finaegis/kernel/tree-head';

// Read by hand rather than by a schema library: a verifier that others are to read and to trust should drag in as little as it can.

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isHex: Check = (value) => typeof value === 'string' && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value);
const isInstant: Check = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
/** With these members and no other: what nobody signed would be read as if it had been. */
const isObjectOf =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, check]) => check((value as Fields)[name]));

const key: Readonly<Record<keyof AuditKey, Check>> = {
  number: isCount,
  keyId: isText,
  publicKey: isHex,
  validFrom: isInstant,
  announcedBy: isText,
  signature: isHex,
};
const head: Readonly<Record<keyof SignedTreeHead, Check>> = {
  tenant: isText,
  epoch: isText,
  size: isCount,
  root: isHex,
  timestamp: isInstant,
  keyId: isText,
  signature: isHex,
};
const event: Readonly<Record<keyof AuditBundleEvent, Check>> = {
  seq: isCount,
  envelope: isText,
  proof: isListOf(isHex),
};
const bundleFields: Readonly<Record<Exclude<keyof AuditBundle, 'format'>, Check>> = {
  tenant: isText,
  keys: isListOf(isObjectOf(key)),
  heads: isListOf(isObjectOf(head)),
  consistency: isListOf(isHex),
  events: isListOf(isObjectOf(event)),
};

/** A bundle whose members have the right shapes, or a sentence about what is wrong with it. Nothing in it is believed yet. */
export const readBundle = (value: unknown): AuditBundle | string => {
  if (typeof value !== 'object' || value === null) return 'it is no object';
  const fields = value as Fields;
  if (fields['format'] !== auditBundleFormat) return `its format is not ${auditBundleFormat}`;
  const unknown = Object.keys(fields).find((name) => name !== 'format' && !Object.hasOwn(bundleFields, name));
  if (unknown !== undefined) return `it has a member ${unknown}, which nothing vouches for`;
  const wrong = Object.entries(bundleFields).find(([name, check]) => !check(fields[name]));
  if (wrong !== undefined) return `its ${wrong[0]} are not of the documented shape`;
  const { heads, events } = value as AuditBundle;
  if (heads.length < 1 || heads.length > 2)
    return 'it must have the head that proves its events, and may have the newest';
  const [first] = events;
  if (first === undefined) return 'it has no events';
  // What is left out would be passed over without a word.
  if (events.some(({ seq }, index) => seq !== first.seq + index)) return 'its events do not follow each other';
  return value as AuditBundle;
};
