import type { BenchOptions, Report } from './report.ts';
export const ledgerBench = async (_options: BenchOptions): Promise<Report> => {
  throw new Error('not yet');
};
