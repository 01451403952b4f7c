import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { renameSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader } from 'jose';
import { MemoryLogger } from '@nestjs-spark/testing';
import { KeyFileError, makeKeyFile } from './key-file.ts';
import { ModuleIdentity } from './module-identity.ts';

describe("a module's identity", () => {
  let directory: string;
  let log: MemoryLogger;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spark-keys-'));
    log = new MemoryLogger();
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  const open = (production = false): Promise<ModuleIdentity> =>
    ModuleIdentity.open({ directory: join(directory, 'keys'), module: 'HR', production, log });
  const file = (): string => join(directory, 'keys', 'HR.jwk.json');

  it('is made once in development, readable by nobody else, and stays the same', async () => {
    const first = await open();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect((await open()).keyId).toBe(first.keyId);
    expect(await readdir(join(directory, 'keys'))).toEqual(['HR.jwk.json']);
  });

  it('needs a folder that can be read and written, and says why it is not', async () => {
    await writeFile(join(directory, 'keys'), 'a file');
    for (const production of [true, false]) {
      await expect(open(production)).rejects.toThrow(KeyFileError);
      await expect(open(production)).rejects.toThrow(
        /HR\.jwk\.json cannot be read \(ENOTDIR\).*SPARK_KEYS_DIR/,
      );
    }
    const inAFile = makeKeyFile(join(directory, 'keys', 'more', 'HR.jwk.json'));
    await expect(inAFile).rejects.toThrow(KeyFileError);
    await expect(inAFile).rejects.toThrow(/HR\.jwk\.json cannot be made \(ENOTDIR\).*SPARK_KEYS_DIR/);
  });

  it('is the same for instances that start at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => open()));
    expect(new Set(all.map(({ keyId }) => keyId)).size).toBe(1);
  });

  it('is the new key when it replaces the old one while the files are read', async () => {
    const keys = join(directory, 'keys');
    const [current, next] = [join(keys, 'hr.jwk.json'), join(keys, 'hr.next.jwk.json')];
    await makeKeyFile(current);
    const keyId = await makeKeyFile(next);
    let looks = 0;
    // It is said, before each look, that the file has another spelling.
    log.log = () => {
      if (++looks === 2) renameSync(next, current);
    };
    expect(await open()).toMatchObject({ keyId, nextKey: null });
    expect(looks).toBeGreaterThan(2);
  });

  it.each([true, false])(
    'goes on with its key when only the case of its name changes (production: %s)',
    async (production) => {
      const keys = join(directory, 'keys');
      const before = await ModuleIdentity.open({ directory: keys, module: 'Hr', production: false, log });
      expect((await open(production)).keyId).toBe(before.keyId);
      expect(await readdir(keys)).toEqual(['Hr.jwk.json']);
      expect(log.said('log').join()).toContain('continues with the key Hr.jwk.json');
    },
  );

  it.each([
    ['hr', 'HR'],
    ['HR', 'hr'],
    ['hR', 'Hr'],
    ['fleet', 'Fleet'],
    ['FLEET', 'Fleet'],
    ['Fleet-One', 'fleet-one'],
    ['car_park', 'CAR_PARK'],
    ['Info', 'INFO'],
    ['i', 'I'],
    ['K9', 'k9'],
    ['SalesAndMore', 'salesandMORE'],
  ])('stays the same when the module is renamed from %s to %s and back', async (before, after) => {
    const keys = join(directory, 'keys');
    const named = (module: string): Promise<ModuleIdentity> =>
      ModuleIdentity.open({ directory: keys, module, production: false, log });
    const all = [await named(before), await named(after), await named(before)];
    expect(new Set(all.map(({ keyId }) => keyId)).size).toBe(1);
    expect(all.map(({ module }) => module)).toEqual([before, after, before]);
    expect(await readdir(keys)).toEqual([`${before}.jwk.json`]);
    expect((await named(`${after}2`)).keyId).not.toBe(all[0]?.keyId);
  });

  it('takes the file of its own spelling, and does not guess between two others', async () => {
    const keys = join(directory, 'keys');
    await open();
    const text = await readFile(file(), 'utf8');
    await writeFile(join(keys, 'Hr.jwk.json'), 'something else');
    await open();
    await rm(file());
    await writeFile(join(keys, 'hr.jwk.json'), text);
    await expect(open()).rejects.toThrow(/other spellings of this name \(.*\).*Rename the one/);
  });

  it('is never made in production; the message says what to put where', async () => {
    await expect(open(true)).rejects.toThrow(KeyFileError);
    await expect(open(true)).rejects.toThrow(/HR\.jwk\.json is missing.*SPARK_KEYS_DIR/);
    const made = await open();
    expect((await open(true)).keyId).toBe(made.keyId);
  });

  it('is refused when the file holds something else, without showing what', async () => {
    await open();
    for (const text of ['canary-secret', '{"kty":"RSA","d":"canary-secret"}', '[]']) {
      await writeFile(file(), text);
      await expect(open()).rejects.toThrow(KeyFileError);
      await expect(open()).rejects.not.toThrow(/canary/);
    }
  });

  it('warns when everyone on the machine can read the key, and does not start where that is refused', async () => {
    await open();
    await chmod(file(), 0o644);
    await open();
    expect(log.said('warn').join()).toContain('chmod 600');
    const options = { directory: join(directory, 'keys'), module: 'HR', production: true, log };
    const refusing = () => ModuleIdentity.open({ ...options, refuseOpen: true });
    await expect(refusing()).rejects.toThrow(/chmod 600 it, or set SPARK_ALLOW_OPEN_KEY_FILE=1/);
    await chmod(file(), 0o600);
    expect((await refusing()).module).toBe('HR');
  });

  it('signs what the contract asks for, and nothing secret', async () => {
    const identity = await open();
    const request = {
      audience: 'Fleet',
      method: 'post',
      path: 'http://fleet/spark/etl/deploy?x=1',
      body: '{}',
    };
    const token = await identity.sign(request);
    const keyId = await calculateJwkThumbprint(identity.publicKey);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: keyId, typ: 'JWT' });
    const claims = decodeJwt(token);
    expect(claims).toEqual({
      iss: 'HR',
      aud: 'Fleet',
      iat: expect.any(Number),
      exp: (claims.iat ?? 0) + 60,
      jti: expect.any(String),
      htm: 'POST',
      htu: '/spark/etl/deploy',
      body_sha256: 'RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o',
    });
    expect(Object.keys(identity.publicKey).toSorted()).toEqual(['crv', 'kty', 'x']);
    const { d } = JSON.parse(await readFile(file(), 'utf8')) as { d: string };
    expect(JSON.stringify(identity.publicKey)).not.toContain(d);
  });

  it('signs each request with a token of its own', async () => {
    const identity = await open();
    const request = { audience: 'Fleet', method: 'GET', path: '/x' };
    const [one, other] = await Promise.all([identity.sign(request), identity.sign(request)]);
    expect(decodeJwt(one).jti).not.toBe(decodeJwt(other).jti);
  });
});
