import { describe, expect, it } from 'vitest';
import { hashPassword, isBreached, isPassword } from './password.ts';

describe('a password', () => {
  it('opens its own hash, which is Argon2id with a salt of its own, and no other', async () => {
    const stored = await hashPassword('correct horse battery');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hashPassword('correct horse battery')).not.toBe(stored);
    expect(await isPassword('correct horse battery', stored)).toBe(true);
    expect(await isPassword('correct horse batterz', stored)).toBe(false);
    expect(await isPassword('correct horse battery', undefined)).toBe(false);
  });

  it('is the same however its letters are put together', async () => {
    expect(await isPassword('Nova\u0301kova\u0301 2026', await hashPassword('Nov\u00e1kov\u00e1 2026'))).toBe(true);
  });

  it('of nobody takes as long to refuse as one of somebody', async () => {
    const stored = await hashPassword('correct horse battery');
    const time = async (hash: string | undefined): Promise<number> => {
      const runs: number[] = [];
      for (let n = 0; n < 7; n++) {
        const began = performance.now();
        await isPassword('wrong horse battery', hash);
        runs.push(performance.now() - began);
      }
      return runs.toSorted((a, b) => a - b)[0] ?? 0;
    };
    const [somebody, nobody] = [await time(stored), await time(undefined)];
    // Without the same work the ratio is in the hundreds.
    expect(nobody / somebody).toBeGreaterThan(0.5);
    expect(nobody / somebody).toBeLessThan(2);
  });
});

describe('the list of breached passwords', () => {
  it.each(['password', 'Password', 'password123', '1234567890', 'qwertyuiop', 'Football!!!', '123superman'])(
    'knows %s',
    (password) => {
      expect(isBreached(password)).toBe(true);
    },
  );

  it.each(['correct horse battery', 'vltava-teče-domů', 'xkq7-ptw2-mmz9'])('does not know %s', (password) => {
    expect(isBreached(password)).toBe(false);
  });
});
