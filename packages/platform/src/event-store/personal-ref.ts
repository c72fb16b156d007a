import { z } from 'zod';

/** What an event holds in place of a personal value: where it lies, and a salted hash that proves it later without telling it. */
export interface PersonalRef {
  readonly ref: string;
  /**
   * SHA3-256(salt ‖ value), hex; the salt lies beside the value and is lost with it. Equal values of one subject have equal commitments, so that
   * a command asked for twice is recognised without reading anything.
   */
  readonly commitment: string;
}

/** The schema of a reference inside event data. */
export const personalRef: z.ZodType<PersonalRef> = z.strictObject({ ref: z.string(), commitment: z.string() });

/** A ciphertext waiting for the commit of the event that refers to it. */
export interface SealedValue {
  readonly ref: string;
  readonly subject: string;
  readonly ciphertext: Uint8Array;
  /** The wrapped key it is sealed under, where the subject had none stored yet: the same commit stores it. */
  readonly newKey?: Uint8Array;
}

/** What a value is shown as once its subject's key is gone. */
export const erased = 'erased';

/** What stands in a stored answer in place of a personal value, so that a replay after erasure says `erased`. */
export const personalMarker = ({ ref }: { readonly ref: string }): { readonly $personal: string } => ({
  $personal: ref,
});

/** What seals personal values before they are recorded; the part of the store of personal data that commands know. */
export interface Sealing {
  /**
   * Seals values of one subject (`party:…`, `account:…`), in their order. The ciphertext is written by the command that refers to them; each
   * value carries it, and it is written once.
   */
  seal(
    tenantId: string,
    subject: string,
    values: readonly string[],
  ): Promise<readonly { readonly reference: PersonalRef; readonly sealed: SealedValue }[]>;
}
