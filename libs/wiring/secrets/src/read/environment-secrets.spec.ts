import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SecretError } from '../secrets.ts';
import { EnvironmentSecrets } from './environment-secrets.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('A secret of the environment', () => {
  it('is the value of its variable; an empty one counts as unset', () => {
    const secrets = new EnvironmentSecrets({ NATS_PASSWORD: ' word ', NATS_USER: ' ' });
    expect(secrets.text('NATS_PASSWORD')).toBe('word');
    expect(secrets.text('NATS_USER')).toBeUndefined();
    expect(secrets.text('NATS_TOKEN')).toBeUndefined();
  });

  it('is what the file holds now, without the line end that editors add', async () => {
    const file = join(folder, 'password');
    const secrets = new EnvironmentSecrets({ NATS_PASSWORD_FILE: file });
    await writeFile(file, 'before\n');
    expect(secrets.text('NATS_PASSWORD')).toBe('before');
    await writeFile(file, 'after\n');
    expect(secrets.text('NATS_PASSWORD')).toBe('after');
  });

  it('keeps the bytes of a file that is not text', async () => {
    const file = join(folder, 'client.pfx');
    const content = Buffer.from([0x30, 0x82, 0xff, 0x0a]);
    await writeFile(file, content);
    expect(new EnvironmentSecrets({ RAVENDB_CERTIFICATE_FILE: file }).bytes('RAVENDB_CERTIFICATE')).toEqual(
      content,
    );
  });

  it('is refused where it is set twice, cannot be read or is empty, without being shown', async () => {
    const file = join(folder, 'password');
    await writeFile(file, '');
    const both = new EnvironmentSecrets({ NATS_PASSWORD: 'canary', NATS_PASSWORD_FILE: file });
    expect(() => both.text('NATS_PASSWORD')).toThrow(SecretError);
    expect(() => both.text('NATS_PASSWORD')).toThrow(/both set: unset one/);
    expect(() => both.text('NATS_PASSWORD')).not.toThrow(/canary/);
    const read = (path: string) => () => new EnvironmentSecrets({ A_FILE: path }).text('A');
    expect(read(join(folder, 'none'))).toThrow(/cannot be read \(ENOENT\): correct the path/);
    expect(read(file)).toThrow(/is empty: write the secret/);
    await writeFile(file, ' \r\n');
    expect(read(file)).toThrow(/is empty: write the secret/);
  });
});
