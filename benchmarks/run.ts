import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { unknownWord } from '@nestjs-spark/foundation/internal';
import { readHelp, refuse } from '../tools/arguments.ts';

// `npm run bench -- script` runs script.ts; without a name, main.ts. Options after the name are passed to that benchmark. `npm
// run bench -- --against <commit>` compares this build with the one of another commit.
const BENCHMARKS = ['script', 'embedded', 'requesters', 'verify', 'pipelines', 'peers', 'attacks', 'console'];
/** Those whose file has another name: `peers` are the programs that ours are compared with. */
const FILES: Readonly<Record<string, string>> = { peers: 'replicas/main' };
const HELP = `npm run bench: a first copy, live changes and a plain pipe side by side.
  npm run bench -- NAME                one of ${BENCHMARKS.join(', ')} and jobs; NAME --help lists its options
  npm run bench -- --against COMMIT    this build beside the one of another commit
  --documents N, --rounds N, --million, --save (writes the table into benchmarks/results)`;
const [, , name] = process.argv;
// It runs Nest modules in its own process, so it imports the build.
if (name === 'jobs') {
  const file = join(import.meta.dirname, 'jobs.ts');
  const given = process.argv.slice(3);
  const { status } = spawnSync(process.execPath, ['--expose-gc', file, ...given], { stdio: 'inherit' });
  process.exit(status ?? 1);
}
const named = name !== undefined && BENCHMARKS.includes(name) ? name : undefined;
if (named === undefined) readHelp(HELP);
if (named === undefined && name !== undefined && !name.startsWith('-'))
  refuse(unknownWord('benchmark', name, [...BENCHMARKS, 'jobs']), HELP);
if (named !== undefined) process.argv.splice(2, 1);
const isComparison = process.argv.some((argument) => /^--against(=|$)/.test(argument));
const file = named ?? (isComparison ? 'against' : 'main');
await import(`./${FILES[file] ?? file}.ts`);
