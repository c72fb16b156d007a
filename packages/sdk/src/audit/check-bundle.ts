import type { AuditBundle, AuditBundleEvent } from '@finaegis/kernel/audit-bundle';
import { canonicalJson } from '@finaegis/kernel/canonical-json';
import { fromHex, sha3_512 } from '@finaegis/kernel/hash';
import { verifyConsistency, verifyInclusion } from '@finaegis/kernel/merkle';
import {
  headFault,
  keyChainFault,
  type SignatureFault,
  type SignedTreeHead,
  type VerifySignature,
} from '@finaegis/kernel/tree-head';
import { ed25519 } from '@noble/curves/ed25519.js';
import { readBundle } from './read-bundle.ts';

/** What a check found: everything holds, or the first thing that does not. */
export type BundleVerdict =
  | {
      readonly isValid: true;
      readonly tenant: string;
      readonly events: number;
      /** The head the events are proved by, and the newest one. */
      readonly provedBy: SignedTreeHead;
      readonly newest: SignedTreeHead;
      /** Whether the signatures lead back to a key the caller brought; without one they only agree with each other. */
      readonly isKeyKnown: boolean;
    }
  | { readonly isValid: false; readonly fault: BundleFault };

/** What is wrong with a bundle; `seq` names the event, where it is one. */
export interface BundleFault {
  readonly code:
    | 'bundle_malformed'
    | 'heads_not_consistent'
    | 'event_of_another_tenant'
    | 'envelope_not_canonical'
    | 'event_not_proved'
    | SignatureFault;
  readonly detail: string;
  readonly seq?: number;
}

const utf8 = new TextEncoder();

const verify: VerifySignature = ({ publicKey, text, signature }) => {
  try {
    return ed25519.verify(signature, utf8.encode(text), publicKey, { zip215: false });
  } catch {
    // Bytes that are no key or no signature at all.
    return false;
  }
};

/**
 * Checks a bundle of the audit log (`finaegis audit export`) with nothing but itself: the keys announce each other, the heads are signed and connected,
 * every event's text is canonical and lies under the first head. Runs in browsers.
 * @param bundle as parsed from JSON
 * @param options.trustedKey public key (hexadecimal) of the audit log, known from elsewhere: a contract, a web site, an earlier bundle. Without it a
 * forger could have signed everything anew with a key of his own.
 */
export const checkBundle = (
  bundle: unknown,
  { trustedKey }: { readonly trustedKey?: string | undefined } = {},
): BundleVerdict => {
  const read = readBundle(bundle);
  if (typeof read === 'string') return { isValid: false, fault: { code: 'bundle_malformed', detail: read } };
  const fault = headsFault(read, trustedKey) ?? eventsFault(read);
  if (fault !== undefined) return { isValid: false, fault };
  const [provedBy, newest] = endsOf(read);
  const isKeyKnown = trustedKey !== undefined;
  return { isValid: true, tenant: read.tenant, events: read.events.length, provedBy, newest, isKeyKnown };
};

// readBundle refuses a bundle without heads.
const endsOf = ({ heads }: AuditBundle): readonly [SignedTreeHead, SignedTreeHead] => [
  heads[0] as SignedTreeHead,
  heads.at(-1) as SignedTreeHead,
];

const headsFault = (bundle: AuditBundle, trusted: string | undefined): BundleFault | undefined => {
  const { keys, heads, tenant } = bundle;
  const chain = keyChainFault(keys, { verify, trusted });
  if (chain !== undefined) return { code: chain, detail: 'the keys are not those of this log' };
  for (const head of heads) {
    const code = head.tenant === tenant ? headFault(head, { keys, verify, trusted }) : 'head_signature_wrong';
    if (code !== undefined) return { code, detail: `the head over ${head.size} events is not believed` };
  }
  const [older, newer] = endsOf(bundle);
  const isConnected =
    older.timestamp <= newer.timestamp &&
    verifyConsistency({
      oldSize: older.size,
      oldRoot: fromHex(older.root),
      newSize: newer.size,
      newRoot: fromHex(newer.root),
      proof: bundle.consistency.map(fromHex),
    });
  return isConnected
    ? undefined
    : {
        code: 'heads_not_consistent',
        detail: `the log of ${older.size} events is not the beginning of that of ${newer.size}`,
      };
};

const eventsFault = (bundle: AuditBundle): BundleFault | undefined => {
  const [head] = endsOf(bundle);
  const root = fromHex(head.root);
  for (const event of bundle.events) {
    const fault = envelopeFault(bundle, event);
    if (fault !== undefined) return fault;
    const isProved = verifyInclusion({
      eventHash: sha3_512(event.envelope),
      index: event.seq - 1,
      size: head.size,
      root,
      proof: event.proof.map(fromHex),
    });
    if (!isProved)
      return {
        code: 'event_not_proved',
        detail: `the head over ${head.size} events does not stand on it`,
        seq: event.seq,
      };
  }
  return undefined;
};

const envelopeFault = ({ tenant }: AuditBundle, { seq, envelope }: AuditBundleEvent): BundleFault | undefined => {
  try {
    const value: unknown = JSON.parse(envelope);
    if (canonicalJson(value) !== envelope)
      return { code: 'envelope_not_canonical', detail: 'the text is not RFC 8785', seq };
    return (value as { readonly tenant?: unknown }).tenant === tenant
      ? undefined
      : { code: 'event_of_another_tenant', detail: 'it belongs to another log', seq };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { code: 'envelope_not_canonical', detail, seq };
  }
};
