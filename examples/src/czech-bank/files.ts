import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MappedSource } from '@finaegis/cli/import/import-accounts';
import { parseMapping, readMapped } from '@finaegis/cli/import/mapping';
import type { RecordKind, RecordOf } from '@finaegis/cli/import/records';

/** The bank's records as they are committed with this repository. */
export const ownRecords = fileURLToPath(new URL('../../data/czech-bank/', import.meta.url));

const mappings = new URL('../../czech-bank/', import.meta.url);
const fileNames = { party: 'fin_client.tsv', account: 'fin_account.tsv', mandate: 'fin_disp.tsv', standing_order: 'fin_order.tsv' } as const;
const mappingNames = { party: 'parties', account: 'accounts', mandate: 'mandates', standing_order: 'standing-orders' } as const;

/** A file of the bank with its mapping. */
export const mappedFile = async (folder: string, kind: RecordKind): Promise<MappedSource> => ({
  file: createReadStream(join(folder, fileNames[kind])),
  mapping: parseMapping(await readFile(new URL(`${mappingNames[kind]}.mapping.json`, mappings), 'utf8')),
});

/** Every standing order. */
export const readOrders = async (folder: string): Promise<readonly RecordOf<'standing_order'>[]> => {
  const { file, mapping } = await mappedFile(folder, 'standing_order');
  const { good, bad } = readMapped(file, mapping, 'standing_order');
  const orders: RecordOf<'standing_order'>[] = [];
  for await (const { record } of good) orders.push(record);
  if (bad.length > 0) throw new Error(`The file of orders has ${bad.length} bad rows.`);
  return orders;
};
