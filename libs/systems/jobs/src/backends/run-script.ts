import type { EtlCommand, ScriptInput, ScriptOutput, ScriptPool } from '@nestjs-spark/etl-script';
import { linesOf } from '../job/content.ts';
import { parseExactly } from '../job/json.ts';
import type { JobRun } from '../job/backend.ts';
import type { JobProgress } from '../job/job.ts';
import { DocumentLookup, type InputDocument } from './document-lookup.ts';

/** The limits of a batch. */
const BATCH_DOCUMENTS = 256;
const BATCH_BYTES = 2 * 1024 * 1024;

/** A document of the input failed, and the job is configured to fail with it. */
export class DocumentFailedError extends Error {
  override readonly name = 'DocumentFailedError';
  readonly output: ScriptOutput & { status: 'failed' };

  constructor(output: ScriptOutput & { status: 'failed' }) {
    super(`The document ${JSON.stringify(output.id)} failed: ${output.failure.reason}`);
    this.output = output;
  }
}

/** The counts of a script's run. */
export interface ScriptTally {
  documents: number;
  failed: number;
}

/** What a script's run needs: the parts of a run that determine the result, and the submitter. */
export interface ScriptWork extends Pick<JobRun, 'name' | 'transformation' | 'submitter'> {
  options: Pick<JobRun['options'], 'onDocumentFailure'>;
  input: Pick<JobRun['input'], 'documents' | 'read'>;
}

/** Runs a script over a job's documents, and yields the result's lines in order. */
export async function* runScript(
  run: ScriptWork,
  pool: ScriptPool,
  tally: ScriptTally,
  progress: (progress: JobProgress) => void,
): AsyncGenerator<Uint8Array> {
  if (run.transformation.kind !== 'script') throw new TypeError('not a script');
  const { collection, script } = run.transformation;
  const lookup = new DocumentLookup(() => linesIn(run));
  const runner = await pool.open({ name: run.name, collection, script, requester: run.submitter });
  try {
    for await (const batch of batchesOf(run, collection)) {
      for (let open = batch; open.length > 0;) {
        const outputs = await runner.transform(open, (ids) => lookup.find(ids));
        open = open.slice(outputs.length);
        yield Buffer.from(outputs.map(lineOf).join(''));
        for (const output of outputs) {
          tally.documents++;
          if (output.status === 'failed') tally.failed++;
          if (output.status === 'failed' && run.options.onDocumentFailure === 'fail')
            throw new DocumentFailedError(output);
        }
        progress({ done: tally.documents, total: run.input.documents });
      }
    }
  } finally {
    runner.close();
  }
}

async function* batchesOf(run: ScriptWork, collection: string): AsyncGenerator<ScriptInput[]> {
  let batch: ScriptInput[] = [];
  let bytes = 0;
  for await (const { id, document, length } of linesIn(run)) {
    batch.push({ id, collection, document: Buffer.from(JSON.stringify(document)) });
    bytes += length;
    if (batch.length < BATCH_DOCUMENTS && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** The documents of an input, each with the length of its line. */
async function* linesIn({ input }: ScriptWork): AsyncGenerator<InputDocument> {
  for await (const line of linesOf(input.read())) {
    const { id, document } = parseExactly(line.toString()) as { id: string; document: object };
    yield { id, document, length: line.length };
  }
}

/** A line of the result. JSON texts in commands are embedded as JSON. */
function lineOf(output: ScriptOutput): string {
  const id = JSON.stringify(output.id);
  if (output.status === 'failed')
    return `{"id":${id},"status":"failed","failure":${JSON.stringify(output.failure)}}\n`;
  return `{"id":${id},"status":"done","commands":[${output.commands.map(commandText).join(',')}]}\n`;
}

function commandText(command: EtlCommand): string {
  if (command.type !== 'put') return JSON.stringify(command);
  const { fields, metadata, ...rest } = command;
  const texts = [`"fields":${fields}`, ...(metadata === undefined ? [] : [`"metadata":${metadata}`])];
  return `${JSON.stringify(rest).slice(0, -1)},${texts.join(',')}}`;
}
