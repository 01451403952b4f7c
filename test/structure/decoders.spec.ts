import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');

/** Of the branches of each. */
const LEAST_PERCENT = 90;

/** What reads messages, bodies, tokens, registry entries and records that others may have written. */
const DECODERS = [
  'libs/adapters/jetstream/src/dead-letter/{attempt,letter}.ts',
  'libs/adapters/jetstream/src/lease/lease-entry.ts',
  'libs/adapters/jetstream/src/log/headers.ts',
  'libs/base/contracts/src/change-set/{bounds,change,codec,control,header,lines,witness}.ts',
  'libs/base/contracts/src/documents/scan-{document,members}.ts',
  'libs/base/contracts/src/ports/stored-checkpoint.ts',
  'libs/base/contracts/src/registry/registry-document.ts',
  'libs/base/contracts/src/seal/seal.ts',
  'libs/base/foundation/src/guard/guards.ts',
  'libs/systems/jobs/src/job/read-job.ts',
  'libs/systems/peers/src/answer/questions.ts',
  'libs/systems/peers/src/carry/{message,packed,read-event,seal-manifest,snapshot}.ts',
  'libs/systems/peers/src/presence/heartbeat.ts',
  'libs/systems/pipelines/src/live/read-message.ts',
  'libs/systems/pipelines/src/own/messages.ts',
  'libs/systems/pipelines/src/serve/event-cursor.ts',
  'libs/wiring/modules/src/admit/parse-json.ts',
  'libs/wiring/modules/src/identify/{check-claims,judge-entry,pinned-key,public-key,request-path}.ts',
  'libs/wiring/settings/src/keep/settings-document.ts',
];

/** Their own specs: none needs a server. */
const SPECS = [
  'libs/adapters/jetstream/src/{dead-letter/attempt,dead-letter/letter,log/headers,lease/lease-entry}',
  'libs/base/contracts/src/{change-set,documents/scan,ports,registry,seal}',
  'libs/base/foundation/src/guard',
  'libs/systems/jobs/src/job/read-job',
  'libs/systems/peers/src/{answer,carry,presence}',
  'libs/systems/pipelines/src/{live/read-message,own/messages,serve/event-cursor}',
  'libs/wiring/modules/src/admit/parse-json',
  'libs/wiring/modules/src/identify/{key-ring,public-key,request-path,token-verifier}',
  'libs/wiring/settings/src/keep',
];

type Summary = Record<string, { branches: { pct: number } }>;

/** The percentage of its branches that the specs take, for each decoder. */
async function measure(decoders: readonly string[], specs: readonly string[]): Promise<Map<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-coverage-'));
  try {
    const coverage = ['--coverage', '--coverageReporters=json-summary', `--coverageDirectory=${folder}`];
    const of = decoders.map((file) => `--collectCoverageFrom=${file}`);
    const options = ['-i', '--silent', '--forceExit', ...coverage, ...of, '--runTestsByPath', ...specs];
    await promisify(execFile)(process.execPath, ['--experimental-vm-modules', jest, ...options], {
      cwd: root,
    });
    const { total: _, ...files } = JSON.parse(
      await readFile(join(folder, 'coverage-summary.json'), 'utf8'),
    ) as Summary;
    return new Map(Object.entries(files).map(([file, { branches }]) => [relative(root, file), branches.pct]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('What decodes texts and messages of others', () => {
  const decoders = globSync(DECODERS, { cwd: root }).toSorted();
  const specs = globSync(
    SPECS.map((spec) => `${spec}{,*/**/*,/*,*}.spec.ts`),
    { cwd: root },
  );

  it(`is shown by its own specs in at least ${LEAST_PERCENT} % of its branches`, async () => {
    const measured = await measure(decoders, specs);
    expect([...measured.keys()].toSorted()).toEqual(decoders);
    const less = [...measured].filter(([, percent]) => percent < LEAST_PERCENT);
    expect(less).toEqual([]);
  });
});
