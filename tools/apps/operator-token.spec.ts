import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { curlCredential, operatorToken } from './operator-token.ts';

describe('the operator token of what npm starts', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-token-'));
    file = join(folder, 'operator token');
    writeFileSync(file, 'of-the-file\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const shown = async (environment: Record<string, string>): Promise<string> =>
    execFileSync('sh', ['-c', `printf '%s|' ${await curlCredential(environment)}`], {
      env: { PATH: `${folder}:${process.env['PATH']}`, ...environment },
      encoding: 'utf8',
    });

  it('is that of the variable, which a printed command refers to', async () => {
    const environment = { SPARK_OPERATOR_TOKEN: 'of-the-variable' };
    expect(await operatorToken(environment)).toBe('of-the-variable');
    expect(await curlCredential(environment)).not.toContain('of-the-variable');
    expect(await shown(environment)).toBe('-H|authorization: Bearer of-the-variable|');
  });

  it.each(['of-the-file', 'of-the-file\n', 'of-the-file\r\n', ' of-the-file \r\n\r\n'])(
    'is that of the file, which a printed command reads: %j',
    async (content) => {
      writeFileSync(file, content);
      const environment = { SPARK_OPERATOR_TOKEN_FILE: file };
      expect(await operatorToken(environment)).toBe('of-the-file');
      expect(await shown(environment)).toBe('-H|authorization: Bearer of-the-file|');
    },
  );

  it('is that of Vault, which a printed command asks for it', async () => {
    const fields = { SPARK_OPERATOR_TOKEN: 'of-a-vault' };
    const vault = createServer(({ url }, response) => {
      const isLogin = url?.includes('/auth/') === true;
      const auth = { client_token: 't', lease_duration: 3_600, renewable: true };
      response.end(JSON.stringify(isLogin ? { auth } : { data: { data: fields, metadata: { version: 1 } } }));
    }).listen(0, '127.0.0.1');
    await once(vault, 'listening');
    const environment = {
      SPARK_VAULT_PATH: 'secret/the fleet',
      VAULT_ADDR: `http://127.0.0.1:${(vault.address() as AddressInfo).port}`,
      VAULT_ROLE_ID: 'role',
      VAULT_SECRET_ID: 'id',
    };
    try {
      expect(await operatorToken(environment)).toBe('of-a-vault');
      expect(await curlCredential(environment)).not.toContain('of-a-vault');
      writeFileSync(join(folder, 'vault'), '#!/bin/sh\necho "asked for $*"\n', { mode: 0o700 });
      const asked = 'kv get -field=SPARK_OPERATOR_TOKEN secret/the fleet';
      expect(await shown(environment)).toBe(`-H|authorization: Bearer asked for ${asked}|`);
    } finally {
      vault.closeAllConnections();
      vault.close();
    }
  });

  it('is none without any, and with a blank one', async () => {
    for (const environment of [{}, { SPARK_OPERATOR_TOKEN: ' ' }]) {
      expect(await operatorToken(environment)).toBeUndefined();
      expect(await curlCredential(environment)).toBe('');
    }
  });
});
