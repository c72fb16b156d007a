import { once } from 'node:events';
import { type BankConnections, openBank } from '@finaegis/server/bank';
import type { OutsideWorld } from '@finaegis/server/modules';

/** What a process of the test is told on its standard input. */
export interface PaymentProcessTerms extends Pick<OutsideWorld, 'bankConnections' | 'stripe'> {
  readonly connections: BankConnections;
  readonly masterKey: readonly number[];
}

// A process of the bank that does nothing but execute sagas. It opens the bank, says so, and begins when it is told to, so that a test has the next
// one ready when it kills this one.
const [terms] = (await once(process.stdin, 'data')) as [Buffer];
const { masterKey, ...world } = JSON.parse(terms.toString()) as PaymentProcessTerms;
const bank = await openBank({
  ...world,
  masterKey: Uint8Array.from(masterKey),
  onError: (where, error) => process.stderr.write(`${where}: ${String(error)}\n`),
});
process.stdout.write('ready\n');
await once(process.stdin, 'data');
bank.runSagas();
