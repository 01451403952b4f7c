import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isKeyViews } from './known-answers.ts';
import { askModule } from './ask-module.ts';

let keysDir: string;
beforeEach(async () => void (keysDir = await mkdtemp(join(tmpdir(), 'spark-keys-'))));
afterEach(() => rm(keysDir, { recursive: true, force: true }));

const askAs = (name: string, folder: string) =>
  askModule(
    {
      module: 'Fleet',
      url: 'http://127.0.0.1:9',
      credential: { kind: 'module', name, keysDir: folder },
      json: false,
    },
    { method: 'GET', path: '/spark/keys' },
    isKeyViews,
  );

describe('A request in the name of a module that has no key here', () => {
  it('is answered with the modules that have one, not counting keys that are being made', async () => {
    for (const file of ['HR.jwk.json', 'Fleet.jwk.json', 'Fleet.next.jwk.json', 'notes.txt'])
      await writeFile(join(keysDir, file), '');
    await expect(askAs('Hx', keysDir)).rejects.toThrow(
      new RegExp(
        `^The key ${keysDir}/Hx\\.jwk\\.json is missing\\. The folder has the keys of Fleet, HR: [^]*--as[^]*--keys-dir\\.$`,
      ),
    );
  });

  it('is answered with the advice to name the folder where there are none', async () => {
    await expect(askAs('HR', join(keysDir, 'none'))).rejects.toThrow(
      /is missing\. Name the folder .* --keys-dir\.$/,
    );
  });
});
