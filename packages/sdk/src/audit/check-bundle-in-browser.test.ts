import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { checkBundle } from './check-bundle.ts';
import { madeBundle, madeKeys } from './fixtures/made-bundle.ts';

// The verifier as a page would have it: bundled for browsers, run in one, without anything of Node.
let browser: Browser;
let script: string;

beforeAll(async () => {
  const build = await rolldown({
    input: fileURLToPath(new URL('./check-bundle.ts', import.meta.url)),
    platform: 'browser',
    resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
  });
  const { output } = await build.generate({ format: 'iife', name: 'audit' });
  await build.close();
  script = output[0].code;
  browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args,
    headless: true,
  });
}, 120_000);

afterAll(async () => {
  await browser?.close();
});

test('a browser finds a bundle valid, and a changed one not', { timeout: 60_000 }, async () => {
  expect(script).not.toMatch(/["']node:/);
  const page = await browser.newPage();
  await page.addScriptTag({ content: script });
  const bundle = madeBundle();
  const [event] = bundle.events;
  const changed = {
    ...bundle,
    events: [{ ...event, envelope: event?.envelope.replace('"by":"1"', '"by":"9"') }],
  };
  const check = (value: unknown, trustedKey: string | undefined) =>
    page.evaluate(
      ([text, key]) => {
        const { audit } = globalThis as unknown as { audit: { checkBundle: typeof checkBundle } };
        return audit.checkBundle(JSON.parse(text as string), { trustedKey: key });
      },
      [JSON.stringify(value), trustedKey],
    );
  expect(await check(bundle, madeKeys[0])).toMatchObject({ isValid: true, events: 3, isKeyKnown: true });
  expect(await check(changed, madeKeys[0])).toMatchObject({
    isValid: false,
    fault: { code: 'event_not_proved', seq: 5 },
  });
  expect(await check(bundle, '00'.repeat(32))).toMatchObject({ isValid: false, fault: { code: 'key_not_trusted' } });
});
