import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { freePort } from '@nestjs-spark/servers/internal';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { pack, type Tarball } from '../../tools/pack.ts';
import { Project } from './project.ts';

const MINUTE = 60_000;
const run = promisify(execFile);
const bin = (name: string) => join(import.meta.dirname, '..', '..', 'node_modules', '.bin', name);

// Outside the repository, so that nothing resolves by accident.
const outside = mkdtempSync(join(tmpdir(), 'spark-packages-'));
const packed = join(outside, 'tarballs');
const seconds: string[] = [];
let tarballs: Tarball[] = [];

beforeAll(async () => {
  tarballs = await taking('pack', () => pack(packed));
}, 5 * MINUTE);

afterAll(() => {
  console.log(`Seconds: ${seconds.join(', ')}`);
  rmSync(outside, { recursive: true, force: true });
});

/** Does the work and notes how long it took; for people, nothing is judged by it. */
async function taking<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  seconds.push(`${what} ${((performance.now() - started) / 1000).toFixed(1)}`);
  return result;
}

/** @throws with what the tool found */
async function passes(tool: string, words: readonly string[]): Promise<void> {
  const found = await run(bin(tool), words, { env: { ...process.env, NO_COLOR: '1' } }).then(
    () => null,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
  expect(found).toBeNull();
}

describe('every tarball', () => {
  it(
    'resolves for ES modules, CommonJS and bundlers, types as well (attw, publint)',
    async () => {
      expect(tarballs.length).toBeGreaterThan(15);
      await taking('attw and publint', async () => {
        for (const { filename } of tarballs) {
          const file = join(packed, filename);
          // Every Node that the packages run on can `require` an ES module.
          const types = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--format', 'ascii'];
          await Promise.all([passes('attw', [file, ...types]), passes('publint', [file, '--strict'])]);
        }
      });
    },
    5 * MINUTE,
  );

  it('has no spec, no fixture and no other door than the public one and its siblings’', () => {
    const files = tarballs.flatMap(({ name, files: all }) => all.map(({ path }) => `${name}/${path}`));
    const odd = files.filter(
      (file) =>
        !/\/(package\.json|README\.md|LICENSE|(dist|src)\/.*)$/.test(file) ||
        /\.spec\.|\/fixtures\//.test(file),
    );
    expect(odd).toEqual([]);
    expect(files).toContain('@nestjs-spark/core/dist/index.d.ts.map');
  });
});

describeWithOwnServers(['nats'], 'Projects that have only the tarballs', () => {
  const projects: Project[] = [];
  let nats: ServerHandle | undefined;
  beforeAll(async () => void (nats = await startNats({ temporary: true, log: () => undefined })));
  afterAll(async () => {
    await Promise.all(projects.map((project) => project.stop()));
    await nats?.stop();
  });

  const settings = (port: number, database: string) => ({
    PORT: String(port),
    NATS_URL: nats?.url ?? '',
    SPARK_STORE: `sqlite:${join(outside, database)}`,
    SPARK_DATA_DIR: join(outside, 'data'),
  });

  it(
    'an ES module on Nest 12 and a CommonJS one on Nest 11 type-check with TypeScript 5.9 and 7, start, and copy',
    async () => {
      const needed = tarballs.filter(({ name }) => !/\/(cli|servers|testing)$/.test(name));
      const files = new Map(needed.map(({ name, filename }) => [name, join(packed, filename)]));
      const owner = new Project('owner-esm-nest-12', join(outside, 'orders'), files);
      const requester = new Project('requester-commonjs-nest-11', join(outside, 'billing'), files);
      projects.push(owner, requester);
      const both = (work: (project: Project) => Promise<void>) => Promise.all(projects.map(work));
      await taking('npm install', () => both((project) => project.install()));
      await taking('build (TypeScript 5.9)', () => both((project) => project.build()));
      await taking('types (TypeScript 7)', () => both((project) => project.checkTypes()));
      const [ownerPort, requesterPort] = [await freePort(), await freePort()];
      await taking('start to the first copy', async () => {
        owner.start(settings(ownerPort, 'orders.db'));
        requester.start(settings(requesterPort, 'billing.db'));
        await eventually(() => answers(ownerPort, '/health/live'), { timeoutMs: 2 * MINUTE });
        await eventually(() => answers(requesterPort, '/health/live'), { timeoutMs: 2 * MINUTE });
        await post(ownerPort, '/orders', { sku: 'A-1', amount: 3 });
        await eventually(() => answers(requesterPort, '/health/ready'), { timeoutMs: 2 * MINUTE });
        await eventually(async () => {
          const { items } = (await (await get(requesterPort, '/orders')).json()) as { items: object[] };
          expect(items).toEqual([{ id: expect.any(String), sku: 'A-1' }]);
        });
      });
    },
    10 * MINUTE,
  );
});

const get = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`);

async function answers(port: number, path: string): Promise<void> {
  const response = await get(port, path);
  expect(`${response.status} ${response.ok ? '' : await response.text()}`).toBe('200 ');
}

async function post(port: number, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
}
