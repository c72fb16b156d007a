import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordsContract } from './fixtures/records-contract.ts';
import { openFolderRecords } from './folder-records.ts';
import { memoryRecords } from './memory-records.ts';

recordsContract('in memory', async () => {
  const records = memoryRecords();
  return { records, elsewhere: records, close: async () => undefined };
});

recordsContract('in a folder', async () => {
  const path = await mkdtemp(join(tmpdir(), 'finaegis-records-'));
  return {
    records: await openFolderRecords(path),
    elsewhere: await openFolderRecords(path),
    close: () => rm(path, { recursive: true }),
  };
});
