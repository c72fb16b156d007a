import { requireStaff } from '@finaegis/platform/auth/access';
import { platformTenantId } from '@finaegis/platform/auth/principal';
import { isoDate } from '@finaegis/platform/http/amount';
import { answerOnce, metadataOf, withFaultsAsProblems } from '@finaegis/platform/http/command-route';
import { ProblemError } from '@finaegis/platform/http/problem';
import { defineRoute, type Route } from '@finaegis/platform/http/route';
import type { Services } from '@finaegis/platform/services';
import { z } from 'zod';
import { parseEcb } from '../adapters/ecb-file.ts';
import type { AssetCommands } from '../commands.ts';
import { importRates } from '../import-rates.ts';
import { RateSourceFault } from '../ports.ts';
import type { RateSheet } from '../rate/rate-sheet.ts';

const report = z
  .object({
    days: z.int().describe('Days in the file.'),
    imported: z.int().describe('Days that were new.'),
    repeated: z.int().describe('Days that were there with the same rates.'),
    refused: z
      .array(z.object({ date: isoDate, code: z.string() }))
      .describe('Days of which nothing was written, and why.'),
  })
  .meta({ id: 'RateImport', description: 'What an import of rates did.' });

/** The route that takes a file of the European Central Bank. */
export const rateImportRoute = (services: Services, commands: AssetCommands): Route =>
  defineRoute({
    method: 'POST',
    path: '/v1/rate-imports',
    operationId: 'importRates',
    summary: 'Import reference rates from a file of the European Central Bank',
    description:
      'The history or one day, as CSV or XML. Days that are there already are counted and left as they are. Needs a key of the platform.',
    tag: 'Rates',
    permission: 'rate:write',
    rateClass: 'bulk',
    idempotency: 'optional',
    supportsDryRun: true,
    request: {
      file: {
        contentTypes: ['text/csv', 'application/xml', 'text/xml'],
        description: 'eurofxref-hist.csv, eurofxref.csv or one of the XML files.',
      },
    },
    responses: { 200: { description: 'What was done, day by day.', schema: report } },
    problems: ['staff_only', 'rates_belong_to_platform', 'rate_file_unreadable'],
    handle: async (request) => {
      requireStaff(request.principal);
      if (request.tenantId !== platformTenantId)
        throw new ProblemError('rates_belong_to_platform', { facts: { provider: 'ecb' } });
      return answerOnce(services, request, async () => {
        const sheets = readFile(request.rawBody ?? Buffer.alloc(0));
        return JSON.stringify(
          await withFaultsAsProblems(() =>
            importRates(services, commands, { sheets, metadata: metadataOf(request), isDryRun: request.dryRun }),
          ),
        );
      });
    },
  });

const readFile = (bytes: Buffer): readonly RateSheet[] => {
  try {
    return parseEcb(bytes.toString('utf8'));
  } catch (error) {
    if (!(error instanceof RateSourceFault)) throw error;
    throw new ProblemError(
      'rate_file_unreadable',
      { detail: error.message, ...(error.line === undefined ? {} : { facts: { line: error.line } }) },
      { cause: error },
    );
  }
};
