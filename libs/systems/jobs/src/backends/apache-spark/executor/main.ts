import { ScriptPool } from '@nestjs-spark/etl-script';
import type { JobCause } from '../../../job/job.ts';
import { describeCause } from '../../describe-cause.ts';
import { runScript } from '../../run-script.ts';
import { ownLanguage, type ExecutorConfig, type ExecutorReport } from './report.ts';

// Runs on an executor of Apache Spark, as a child of its Python worker: reads a configuration and the blocks of an input, writes the parts of the
// result and a report. Standard input stays open for as long as the task lives.

const LENGTH_BYTES = 4;

/** Reads frames until the empty one. Ends the process when the task is gone, even after that. */
async function readFrames(): Promise<Buffer[]> {
  const frames: Buffer[] = [];
  let held = Buffer.alloc(0);
  return new Promise((resolve) => {
    process.stdin.on('end', () => process.exit(1)).on('error', () => process.exit(1));
    process.stdin.on('data', (bytes: Buffer) => {
      held = Buffer.concat([held, bytes]);
      while (held.length >= LENGTH_BYTES && held.length - LENGTH_BYTES >= held.readUInt32BE()) {
        const end = LENGTH_BYTES + held.readUInt32BE();
        const frame = held.subarray(LENGTH_BYTES, end);
        held = held.subarray(end);
        if (frame.length === 0) return resolve(frames);
        frames.push(frame);
      }
    });
  });
}

async function write(kind: 'p' | 'r', body: Uint8Array): Promise<void> {
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head.write(kind);
  head.writeUInt32BE(body.byteLength, 1);
  await new Promise<void>((resolve) => process.stdout.write(Buffer.concat([head, body]), () => resolve()));
}

async function run(config: ExecutorConfig, blocks: readonly Buffer[]): Promise<ExecutorReport> {
  const mismatch = mismatchOf(config);
  if (mismatch) return { cause: mismatch };
  const tally = { documents: 0, failed: 0 };
  const pool = new ScriptPool({ maxWorkers: 1 });
  const { name, collection, script, submitter, onDocumentFailure } = config;
  const job = {
    name,
    transformation: { kind: 'script' as const, collection, script },
    options: { onDocumentFailure },
    submitter,
    input: {
      documents: 0,
      read: async function* () {
        yield* blocks;
      },
    },
  };
  try {
    for await (const part of runScript(job, pool, tally, () => undefined)) await write('p', part);
    return tally;
  } catch (error) {
    return { cause: describeCause(error) };
  } finally {
    await pool.close();
  }
}

function mismatchOf({ language }: ExecutorConfig): JobCause | null {
  const own = ownLanguage();
  if (own.node === language.node && own.icu === language.icu) return null;
  const say = ({ node, icu }: typeof own): string => `Node ${node} with ICU ${icu}`;
  const message =
    `The executors have ${say(own)}, the service has ${say(language)}: results could differ. ` +
    'Name the same Node in APACHE_SPARK_EXECUTOR_NODE';
  return { class: 'backend', code: 'backend-mismatch', message };
}

const [config, ...blocks] = await readFrames();
const report = await run(JSON.parse(String(config)) as ExecutorConfig, blocks);
await write('r', Buffer.from(JSON.stringify(report)));
process.exit();
