import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConnections } from './read-connections.ts';

describe('the connections of a process', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-connections-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(text: string): string {
    const file = join(folder, 'connections.yaml');
    writeFileSync(file, text);
    return file;
  }

  it('are default of each type from the environment, and those of the file, which go before', async () => {
    const environment = { POSTGRES_URL: 'postgres://env', KAFKA_BROKERS: 'one:9092', S3_REGION: 'x' };
    const file = write(
      'default: { type: postgres, url: "postgres://file" }\nother: { type: kafka, url: b }\n',
    );
    const connections = await readConnections(file, [], environment);
    expect(connections.find('postgres').settings).toEqual({ url: 'postgres://file' });
    expect(connections.find('kafka').settings).toEqual({ url: 'one:9092' });
    expect(connections.find('kafka', 'other').settings).toEqual({ url: 'b' });
    expect(() => connections.find('s3')).toThrow(
      'No connection "default" of type s3 is configured (there is none of that type): ask the operator to add it to SPARK_PIPELINES_CONNECTIONS, or to set S3_ENDPOINT',
    );
    expect(() => connections.find('kafka', 'third')).toThrow(/SPARK_PIPELINES_CONNECTIONS$/);
    expect(JSON.stringify(connections.list())).not.toContain('file');
  });

  it('have secrets from variables and files that the operator has listed, and from no others', async () => {
    const secret = join(folder, 'password');
    writeFileSync(secret, 'canary-1\n');
    const file = write(
      `db: { type: postgres, url: "postgres://db", password: { secret: "file:${secret}" }, user: { secret: "env:DB_USER" } }\n`,
    );
    const environment = { DB_USER: 'canary-2' };
    const connections = await readConnections(file, [`file:${secret}`, 'env:DB_USER'], environment);
    expect(connections.find('postgres', 'db').settings).toMatchObject({
      password: 'canary-1',
      user: 'canary-2',
    });
    const refused = readConnections(file, ['env:DB_USER'], environment);
    await expect(refused).rejects.toThrow('not listed in SPARK_PIPELINES_SECRETS');
    await expect(refused).rejects.not.toThrow('canary');
  });

  it.each([
    ['a: 1\n', 'has to be a map with a type'],
    ['A B: { type: kafka }\n', 'lower-case letters'],
    ['a: { type: kafka, url: [canary] }\n', 'a.url has to be a string'],
    ['a: {{{ canary\n', 'is not valid YAML'],
  ])('in %j are refused, without a value in the message', async (text, words) => {
    const reading = readConnections(write(text), [], {});
    await expect(reading).rejects.toThrow(words);
    await expect(reading).rejects.not.toThrow('canary');
  });
});
