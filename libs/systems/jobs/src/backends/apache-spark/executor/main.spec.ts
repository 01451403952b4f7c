import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ownLanguage, type ExecutorConfig } from './report.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const CONFIG: ExecutorConfig = {
  node: process.execPath,
  main: MAIN,
  name: 'spec',
  collection: 'Orders',
  script: 'loadToOrders({ T: this.T });',
  submitter: 'ann',
  onDocumentFailure: 'keep',
  language: ownLanguage(),
};
const LINES = '{"id":"orders/1","document":{"T":1.10}}\n{"id":"orders/2","document":{}}\n';

function start() {
  return spawn(process.execPath, ['--conditions=@nestjs-spark/source', MAIN], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

function frame(content: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(content));
  return Buffer.concat([length, Buffer.from(content)]);
}

/** What the worker answers, with its input still open. */
async function run(config: ExecutorConfig, ...blocks: string[]): Promise<{ parts: string; report: unknown }> {
  const worker = start();
  for (const block of [JSON.stringify(config), ...blocks, '']) worker.stdin.write(frame(block));
  const said: Buffer[] = [];
  worker.stdout.on('data', (bytes: Buffer) => said.push(bytes));
  await once(worker, 'close');
  let bytes = Buffer.concat(said);
  let parts = '';
  let report: unknown;
  while (bytes.length > 0) {
    const [kind, end] = [String.fromCharCode(bytes[0] ?? 0), 5 + bytes.readUInt32BE(1)];
    const body = bytes.subarray(5, end).toString();
    if (kind === 'p') parts += body;
    else report = JSON.parse(body);
    bytes = bytes.subarray(end);
  }
  return { parts, report };
}

describe('The worker on an executor', () => {
  it('gives a line for each document, and then a report', async () => {
    const { parts, report } = await run(CONFIG, LINES.slice(0, 20), LINES.slice(20));
    expect(
      parts
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(['orders/1', 'orders/2']);
    expect(parts).toContain('"T":1.10');
    expect(report).toEqual({ documents: 2, failed: 0 });
  });

  it('refuses to run on another Node than the service, whose results could differ', async () => {
    const { parts, report } = await run({ ...CONFIG, language: { node: '1', icu: '2' } }, LINES);
    expect(parts).toBe('');
    expect(report).toMatchObject({
      cause: {
        class: 'backend',
        code: 'backend-mismatch',
        message: expect.stringContaining('APACHE_SPARK_EXECUTOR_NODE'),
      },
    });
  });

  it('ends when its task has gone, even in the middle of a script', async () => {
    const worker = start();
    const script = 'for (;;) {} loadToOrders({});';
    for (const block of [JSON.stringify({ ...CONFIG, script }), LINES, '']) worker.stdin.write(frame(block));
    worker.stdin.end();
    expect(await once(worker, 'close')).toEqual([1, null]);
  });
});
