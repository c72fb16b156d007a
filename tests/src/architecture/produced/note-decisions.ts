import type { Plugin } from 'vitest/config';

/** The folder where the workers of a whole run note the events and refusals they saw decided; absent in other runs. */
export const notesFolder = process.env['FINAEGIS_NOTE_DECISIONS'];

const noted = `
const note = (name) => { (globalThis.finaegisDecided ??= new Set()).add(name); };
export const accept = (...events) => {
  for (const event of events) note(event?.type);
  return plainAccept(...events);
};
export const reject = (rejection) => {
  note(rejection?.code);
  return plainReject(rejection);
};
`;

/**
 * Lets `accept` and `reject`, the two ways a decision ends, remember the types and codes they were given. Done to the source on its way to the
 * tests, so that no program carries anything of it.
 */
export const noteDecisions = (): Plugin => ({
  name: 'note-decisions',
  enforce: 'pre',
  transform: (code, id) => {
    if (notesFolder === undefined || !id.endsWith('/packages/kernel/src/decision.ts')) return undefined;
    const plain = code
      .replace('export const accept =', 'const plainAccept =')
      .replace('export const reject =', 'const plainReject =');
    if (plain.includes('export const accept') || !plain.includes('plainReject'))
      throw new Error('decision.ts no longer declares accept and reject as they are looked for.');
    return { code: plain + noted, map: null };
  },
});
