import { expect, it } from 'vitest';
import { permissionsOf } from './permissions.ts';

it('what may be given is what some route, command or handler asks for, once each, and never what is public', () => {
  const asking = (...permissions: string[]) => permissions.map((permission) => ({ permission })) as never;
  expect(
    permissionsOf([
      { routes: asking('ledger:read', 'public'), commands: asking('ledger:post'), permissions: ['ledger:force'] },
      { routes: asking('asset:read', 'ledger:read'), commands: [] },
    ]),
  ).toEqual(['asset:read', 'ledger:force', 'ledger:post', 'ledger:read']);
});
