import { z } from 'zod';
import type { SealedValue, Sealing } from './personal-ref.ts';
import { packetOf } from './sealed-packet.ts';

/** A text that was sealed before it became part of a command: commands are storable, and may hold no secret and nothing personal. */
export const sealedText = z.strictObject({
  ref: z.string(),
  commitment: z.string(),
  ciphertext: z.base64(),
  newKey: z.base64().optional(),
});

export type SealedText = z.output<typeof sealedText>;

/** Seals texts of a subject for a command to carry, in their order. */
export const sealTexts = async (
  personalData: Sealing,
  {
    tenantId,
    subject,
    texts,
  }: { readonly tenantId: string; readonly subject: string; readonly texts: readonly string[] },
): Promise<readonly SealedText[]> => {
  const sealed = await personalData.seal(tenantId, subject, texts);
  return sealed.map(({ reference, sealed: { ciphertext, newKey } }) => ({
    ...reference,
    ciphertext: Buffer.from(ciphertext).toString('base64'),
    ...(newKey === undefined ? {} : { newKey: Buffer.from(newKey).toString('base64') }),
  }));
};

/** The same for one text. */
export const sealText = async (
  personalData: Sealing,
  { text, ...whose }: { readonly tenantId: string; readonly subject: string; readonly text: string },
): Promise<SealedText> => {
  const [one] = await sealTexts(personalData, { ...whose, texts: [text] });
  if (one === undefined) throw new Error('One text was sealed and nothing came back.');
  return one;
};

/** What the commit of a command that carries such a text writes. */
export const carriedValue = ({ ref, ciphertext, newKey }: SealedText, subject: string): SealedValue => ({
  ref: packetOf(ref),
  subject,
  ciphertext: Buffer.from(ciphertext, 'base64'),
  ...(newKey === undefined ? {} : { newKey: Buffer.from(newKey, 'base64') }),
});

/** What the event says of it. */
export const referenceTo = ({ ref, commitment }: SealedText) => ({ ref, commitment });
