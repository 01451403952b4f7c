import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { nodeFault, OLDEST_NODE } from './node-version.ts';

it('The oldest Node is the one that packages name, and is compared by both numbers', () => {
  const manifest = readFileSync(join(import.meta.dirname, '../../../../package.json'), 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({ engines: { node: `>=${OLDEST_NODE}.0` } });
  for (const version of ['18.0.0', '20.20.2', '22.0.0', '22.18.9', '22.9.0'])
    expect(nodeFault('Spark', version)).toBe(
      `Spark needs Node ${OLDEST_NODE} or newer, and this is Node ${version}.`,
    );
  for (const version of [`${OLDEST_NODE}.0`, '22.20.1', '23.0.0', '24.0.0', '100.0.0'])
    expect(nodeFault('Spark', version)).toBeNull();
});
