import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { freePort } from '@nestjs-spark/servers/internal';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { pack, type Tarball } from '../../tools/pack.ts';
import { readManifest, type RootManifest } from '../../tools/pack/manifest.ts';
import { Newcomer } from './newcomer.ts';
import { blocksOf } from '../structure/read-blocks.ts';
import { environment, Project } from './project.ts';
import { readPage, type Step } from './read-page.ts';
import { Registry } from './registry.ts';

const MINUTE = 60_000;
/** The lowest Node that the packages are for. */
const LOWEST_NODE = lowestVersion();
const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

// Outside the repository, so that nothing resolves by accident.
const outside = mkdtempSync(join(tmpdir(), 'spark-packages-'));
const packed = join(outside, 'tarballs');
const seconds: string[] = [];
let tarballs: Tarball[] = [];
let registry: Registry;
/** What the page needs is installed once. */
let installed: Project | null = null;

beforeAll(async () => {
  tarballs = await taking('pack', () => pack(packed));
  registry = await Registry.open(packed, tarballs);
}, 5 * MINUTE);

afterAll(() => {
  registry.close();
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

async function resolves(file: string): Promise<void> {
  // Every Node that the packages run on can `require` an ES module.
  const types = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--format', 'ascii'];
  await passes('attw', [file, ...types]);
  await passes('publint', [file, '--strict']);
}

describe('every tarball', () => {
  it(
    'resolves for ES modules, CommonJS and bundlers, types as well (attw, publint)',
    async () => {
      expect(tarballs.length).toBeGreaterThan(15);
      await taking('attw and publint', async () => {
        const waiting = tarballs.map(({ filename }) => join(packed, filename));
        // Both tools use one processor each.
        await Promise.all(
          Array.from({ length: availableParallelism() }, async () => {
            for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) await resolves(file);
          }),
        );
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

  let lowest = '';
  let began = 0;

  it(
    'install, and nothing is asked for that they do not name',
    async () => {
      const owner = Project.copyOf('orders-express', join(outside, 'orders'), registry, ['stock-fastify']);
      const billing = Project.copyOf('billing-commonjs', join(outside, 'billing'), registry);
      const stock = Project.copyOf('stock-fastify', join(outside, 'stock'), registry);
      projects.push(owner, billing, stock);
      began = performance.now();
      const lowestNode = installNode(join(outside, 'node'), LOWEST_NODE);
      await taking('npm install', () => Promise.all([owner.install(), billing.install()]));
      stock.use(owner);
      installed = owner;
      lowest = await lowestNode;
    },
    20 * MINUTE,
  );

  it(
    'are built by tsc, swc and webpack (`nest build`), as ES modules and CommonJS, on Nest 12 and 11',
    async () => {
      await taking('nest build', () => Promise.all(projects.map((project) => project.script('build'))));
    },
    5 * MINUTE,
  );

  it(
    `copy on Express and Fastify, on Node ${LOWEST_NODE} too; and the owner survives a change under \`nest start --watch\``,
    async () => {
      const [owner, billing, stock] = projects;
      if (!owner || !billing || !stock) throw new Error('They are not installed');
      const [ownerPort, billingPort, stockPort] = [await freePort(), await freePort(), await freePort()];
      owner.stay('dev', settings(ownerPort, 'orders.db'));
      billing.start(settings(billingPort, 'billing.db'), lowest);
      stock.start({ ...settings(stockPort, 'stock.db'), SPARK_MODULE_NAME: 'Stock' }, lowest);
      await eventually(() => answers(ownerPort, '/health/live'), { timeoutMs: 2 * MINUTE }).catch((cause) => {
        throw new Error(`The owner does not answer. It wrote:\n${owner.log}`, { cause });
      });
      await post(ownerPort, '/orders', { sku: 'A-1', amount: 3 });
      await copies(billingPort, [{ sku: 'A-1' }]);
      seconds.push(`npm install to the first copy ${((performance.now() - began) / 1000).toFixed(1)}`);
      await copies(stockPort, [{ sku: 'A-1', amount: 3 }]);
      expect(stock.log).toMatch(
        /Stock at http:\/\/127\.0\.0\.1:\d+, on SQLite stock\.db; shares nothing; copies Orders\/Orders/,
      );

      await taking('nest start --watch', async () => {
        owner.edit('src/app.module.ts', (text) =>
          text.replace("@Controller('orders')", "@Controller('sales')"),
        );
        await eventually(() => post(ownerPort, '/sales', { sku: 'B-2', amount: 1 }), {
          timeoutMs: 2 * MINUTE,
        });
        await copies(billingPort, [{ sku: 'A-1' }, { sku: 'B-2' }]);
      });
    },
    10 * MINUTE,
  );

  it(
    'type-check with TypeScript 5.9 and 7, the declarations of all libraries included',
    async () => {
      // One on each Nest: the owner has nothing that the two do not have.
      const checked = projects.slice(1);
      const check = (project: Project) => project.checkTypes('--project', 'tsconfig.build.json');
      await taking('types', () => Promise.all(checked.map(check)));
    },
    5 * MINUTE,
  );

  it(
    'run their tests without servers, in jest and vitest, and those of docs/guides/testing.md exactly as printed',
    async () => {
      const [, billing, stock] = projects;
      if (!billing || !stock) throw new Error('They are not installed');
      const tested = [billing, stock];
      for (const [path, text] of guideOnTesting()) {
        stock.write(path, text);
        // In CommonJS import paths have no ending.
        billing.write(path, text.replaceAll(/\.js';$/gm, "';"));
      }
      await taking('jest and vitest', () => Promise.all(tested.map((project) => project.script('test'))));
    },
    5 * MINUTE,
  );
});

describeWithOwnServers(['nats'], 'A reader of docs/start/first-copy.md', () => {
  let nats: ServerHandle | undefined;
  let newcomer: Newcomer | undefined;
  beforeAll(async () => void (nats = await startNats({ temporary: true, log: () => undefined })));
  afterAll(async () => {
    await newcomer?.stop();
    await nats?.stop();
  });

  it(
    'has a live copy at its end, when everything is typed exactly as printed',
    async () => {
      newcomer = new Newcomer(mkdtempSync(join(outside, 'page-')), registry, {
        natsUrl: nats?.url ?? '',
        installed,
        ports: new Map([
          ['3000', String(await freePort())],
          ['3001', String(await freePort())],
        ]),
      });
      const page = readPage(readFileSync(join(root, 'docs', 'start', 'first-copy.md'), 'utf8'));
      expect(page.filter(({ kind }) => kind === 'output')).toHaveLength(1);
      for (const step of page) await taking(nameOf(step), () => newcomer?.follow(step) ?? Promise.resolve());
    },
    20 * MINUTE,
  );
});

/** The test of the guide, and an application for it as `init copy Orders --from Shop --fields sku` makes it. */
function guideOnTesting(): [path: string, text: string][] {
  const [test] = blocksOf(root, 'docs/guides/testing.md');
  const order = `import { Entity, Replicated } from '@nestjs-spark/core';

@Entity()
@Replicated({ sourceModule: 'Shop', sourceCollection: 'Orders', fields: ['sku'] })
export class Order {
  sku!: string;
}
`;
  const module = `import { Module } from '@nestjs/common';
import { SparkModule } from '@nestjs-spark/core';
import { Order } from './order.js';

@Module({ imports: [SparkModule.forRoot({ moduleName: 'Billing' }), SparkModule.forFeature([Order])] })
export class AppModule {}
`;
  return [
    ['src/guide/order.ts', order],
    ['src/guide/app.module.ts', module],
    ['src/guide/app.spec.ts', test?.code ?? ''],
  ];
}

function lowestVersion(): string {
  const { engines } = readManifest<RootManifest>(join(import.meta.dirname, '..', '..'));
  return engines['node']?.replace('>=', '') ?? '';
}

/** @returns the path of that Node, which npm has as a package for each platform */
async function installNode(folder: string, version: string): Promise<string> {
  mkdirSync(folder);
  const name = `node-${process.platform}-${process.arch}`;
  const words = [
    'install',
    '--prefix',
    folder,
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `${name}@${version}`,
  ];
  await run('npm', words, { cwd: folder, env: environment });
  return join(folder, 'node_modules', name, 'bin', 'node');
}

function nameOf(step: Step): string {
  return step.kind === 'command' ? `${step.folder}$ ${step.command.slice(0, 30)}` : step.kind;
}

const get = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`);

async function answers(port: number, path: string): Promise<void> {
  const response = await get(port, path);
  expect(`${response.status} ${response.ok ? '' : await response.text()}`).toBe('200 ');
}

/** Ready, with copies that have these fields. */
async function copies(port: number, fields: readonly object[]): Promise<void> {
  await eventually(() => answers(port, '/health/ready'), { timeoutMs: 2 * MINUTE });
  await eventually(async () => {
    const { items } = (await (await get(port, '/orders')).json()) as { items: object[] };
    expect(items).toEqual(fields.map((one) => ({ id: expect.any(String), ...one })));
  });
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
