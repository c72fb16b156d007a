import { generatedFiles, writeFiles } from './generated.ts';

// `npm run generate`: writes every generated file anew.
await writeFiles(generatedFiles);
process.stdout.write(`${generatedFiles.length} files written\n`);
