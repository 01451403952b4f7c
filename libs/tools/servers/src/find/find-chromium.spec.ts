import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { put, scratch } from '../fixtures/scratch.ts';
import { findChromium } from './find-chromium.ts';
import { NotObtainableError } from './search.ts';

/** An apt-get that notes each call, and puts a browser on PATH long before it is done. */
function host({ fails = false } = {}) {
  const bin = scratch();
  const home = scratch();
  const calls = join(home, 'calls');
  const done = join(home, 'done');
  const install = [
    `printf '#!/bin/sh\\n' > ${bin}/chromium && /bin/chmod 755 ${bin}/chromium`,
    '/bin/sleep 0.5',
    `: > ${done}`,
  ];
  const steps = fails ? ['echo "E: no space left"', 'exit 100'] : install;
  put(
    join(bin, 'apt-get'),
    ['#!/bin/sh', `echo "$1" >> ${calls}`, '[ "$1" = install ] || exit 0', ...steps, ''].join('\n'),
    0o755,
  );
  return { bin, home, calls, done, env: { PATH: bin, SPARK_REQUIRE_SERVERS: '1' }, log: () => undefined };
}

describe('a Chromium that a run requires', () => {
  it('is installed once, and nobody who looks meanwhile gets it before it is whole', async () => {
    const { bin, calls, done, ...options } = host();
    const found = await Promise.all(
      [1, 2, 3].map(async () => [await findChromium(options), existsSync(done)]),
    );
    const own = [join(bin, 'chromium'), true];
    expect(found).toEqual([own, own, own]);
    expect(readFileSync(calls, 'utf8')).toBe('update\ninstall\n');
  });

  it('says what the installation ran into', async () => {
    const finding = findChromium(host({ fails: true }));
    await expect(finding).rejects.toThrow(NotObtainableError);
    await expect(finding).rejects.toThrow(/no space left/);
  });
});
