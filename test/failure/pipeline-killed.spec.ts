import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const RECORDS = 5_000;
const KILLS = 3;
const repository = join(import.meta.dirname, '..', '..');

const DEFINITION = `pipelineId: thirds
name: Thirds
source: { type: file, path: in.ndjson }
transforms: [{ type: filter, condition: "id % 3 == 0" }]
sink: { type: file, path: out }
batch: { maxRecords: 50 }
`;

describe('a pipeline', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-killed-'));
    writeFileSync(join(folder, 'thirds.yaml'), DEFINITION);
    const lines = Array.from(
      { length: RECORDS },
      (_, id) => `${JSON.stringify({ id, text: `record ${id}` })}\n`,
    );
    writeFileSync(join(folder, 'in.ndjson'), lines.join(''));
    mkdirSync(join(folder, 'out'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function start(): ChildProcess {
    const main = join(repository, 'tools/dataflow/main.ts');
    const args = ['--conditions=@nestjs-spark/source', main, 'run', join(folder, 'thirds.yaml'), '--once'];
    const env = { ...process.env, SPARK_PIPELINES_DIR: join(folder, 'state'), SPARK_PIPELINES_FILES: folder };
    return spawn(process.execPath, args, { env, stdio: 'ignore' });
  }

  const files = () => readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.ndjson'));

  async function untilItWrote(child: ChildProcess, more: number): Promise<void> {
    const before = files().length;
    while (files().length < before + more) {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode} before it was killed`);
      await pause(5);
    }
  }

  it(`that was killed ${KILLS} times in the middle of its work has written each record once`, async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const child = start();
      await untilItWrote(child, 10 + kill);
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(files().length).toBeLessThan(RECORDS / 50);
    const last = start();
    const [code] = await once(last, 'exit');
    expect(code).toBe(0);
    const lines = files().flatMap((name) =>
      readFileSync(join(folder, 'out', name), 'utf8')
        .trim()
        .split('\n'),
    );
    const ids = lines
      .map((line) => Number((JSON.parse(line) as { id: number }).id))
      .toSorted((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: Math.ceil(RECORDS / 3) }, (_, n) => 3 * n));
    expect(existsSync(join(folder, 'state', 'run', 'thirds', 'pipelines.db'))).toBe(true);
  });
});
