import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MappedSource } from '@finaegis/cli/import/import-accounts';
import { parseMapping } from '@finaegis/cli/import/mapping';
import type { RecordKind } from '@finaegis/cli/import/records';
import { fileSource } from '@finaegis/cli/import/text-source';

/** The bank's records as they are committed with this repository. */
export const ownRecords = fileURLToPath(new URL('../../data/czech-bank/', import.meta.url));

const mappings = new URL('../../czech-bank/', import.meta.url);
/** The file of each kind of record. */
export const fileNames = {
  party: 'fin_client.tsv',
  account: 'fin_account.tsv',
  mandate: 'fin_disp.tsv',
  standing_order: 'fin_order.tsv',
} as const;
const mappingNames = {
  party: 'parties',
  account: 'accounts',
  mandate: 'mandates',
  standing_order: 'standing-orders',
} as const;

/** A file of the bank with its mapping. */
export const mappedFile = async (folder: string, kind: RecordKind): Promise<MappedSource> => ({
  file: fileSource(join(folder, fileNames[kind])),
  mapping: parseMapping(await readFile(new URL(`${mappingNames[kind]}.mapping.json`, mappings), 'utf8')),
});
