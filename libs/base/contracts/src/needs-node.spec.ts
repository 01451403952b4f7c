import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { needsNode } from './needs-node.ts';

const root = join(import.meta.dirname, '../../../..');

/** Loads what every package loads, with a Node that says it is of this version. */
function loadOn(version: string) {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const words = ['--import', `data:text/javascript,${pretend}`, join(import.meta.dirname, 'internal.ts')];
  return spawnSync(process.execPath, ['--conditions=@nestjs-spark/source', ...words], { encoding: 'utf8' });
}

it('An application on a Node that is too old ends with which it needs and what to do, and without a stack', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const [, least = ''] = /^>=(\d+\.\d+)\.0$/.exec(engines.node) ?? [];
  const { status, stderr } = loadOn('20.20.2');
  expect(status).toBe(1);
  expect(stderr).toContain(`Spark needs Node ${least} or newer, and this is Node 20.20.2. Install`);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(loadOn(`${least}.0`)).toMatchObject({ status: 0, stderr: '' });
  for (const version of ['18.0.0', '22.18.9']) expect(() => needsNode(version)).toThrow(/Spark needs Node/);
  for (const version of [`${least}.1`, '24.0.0']) expect(() => needsNode(version)).not.toThrow();
});

it('No package imports by name what an older Node does not have: it would end before it can say so', () => {
  for (const file of [
    'libs/base/contracts/src/change-set/packed.ts',
    'libs/systems/pipelines/src/connect/file/file-source.ts',
  ])
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(
      /^import \{[^}]*\b(?:zstd\w*|glob)\b[^}]*\} from/m,
    );
});
