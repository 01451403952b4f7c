import { Connections } from '../connect/connections.ts';
import { makeSource, type Surroundings } from '../connect/connectors.ts';
import { FilesFolder } from '../connect/file/files-folder.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import { DEFAULT_BATCH } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import { readRecord } from '../run/make-batch.ts';
import { RunFailedError } from '../connect/ports.ts';
import { compileTransforms } from '../transform/compile-transforms.ts';
import type { Incoming } from '../transform/step.ts';
import { Scripts } from '../transform/script-step.ts';

export const PREVIEW_MS = 15_000;
/** Records of a preview, unless the request says how many. */
export const PREVIEWED = 10;
export const MOST_PREVIEWED = 100;

/** The result of one step for a record. */
export interface PreviewStep {
  step: string;
  outcome: 'out' | 'filtered' | 'failed';
  record?: Fields;
  reason?: string;
}

/** The results of all steps for one record. */
export interface PreviewedRecord {
  input: unknown;
  steps: PreviewStep[];
  /** Null if it was filtered or failed. */
  output: Fields | null;
}

export interface PreviewParts {
  definition: PipelineDefinition;
  /** How many records of the source are read if none are given. */
  limit: number;
  records?: readonly Fields[];
  around: Surroundings;
  scripts: Scripts;
  signal: AbortSignal;
}

/**
 * Shows, in this process, the result of each step for the first records of the source. Nothing is written, and no position moves.
 * @param options.files the only folder in which the definition can name files
 * @throws {RunFailedError} if the source cannot be read
 */
export async function previewDefinition(
  definition: PipelineDefinition,
  options: { files: string; connections?: Connections; limit?: number },
): Promise<PreviewedRecord[]> {
  const { files, connections = new Connections([]), limit = 10 } = options;
  const around = {
    files: new FilesFolder(files),
    connections,
    print: () => undefined,
    warn: () => undefined,
  };
  const scripts = new Scripts();
  try {
    return await preview({ definition, limit, around, scripts, signal: AbortSignal.timeout(PREVIEW_MS) });
  } finally {
    await scripts.close();
  }
}

/** Shows the result of each step for some records. Nothing is written, and no position moves. */
export async function preview(parts: PreviewParts): Promise<PreviewedRecord[]> {
  const { definition, records, scripts } = parts;
  const given = records?.map((fields, offset) => ({ fields, meta: { partition: 'preview', offset } }));
  const previewed: PreviewedRecord[] = [];
  const { schema, transforms = [] } = definition;
  const parted = [
    ...(schema ? [{ name: 'schema', definition: { ...definition, transforms: [] } }] : []),
    ...transforms.map((transform, n) => {
      const { schema: _, ...rest } = definition;
      return { name: `transforms/${n}`, definition: { ...rest, transforms: [transform] } };
    }),
  ].map((step) => ({ name: step.name, ...compileTransforms(step.definition, scripts) }));
  try {
    for (const input of given ?? (await readSome(parts))) {
      if (parts.signal.aborted) throw new RunFailedError('The preview took too long: ask for fewer records');
      if ('failed' in input) {
        const steps = [{ step: 'source', outcome: 'failed' as const, reason: input.failed }];
        previewed.push({ input: input.text, steps, output: null });
        continue;
      }
      const steps: PreviewStep[] = [];
      let current: Fields | null = input.fields;
      for (const { name: step, transform } of parted) {
        if (current === null) break;
        const [outcome] = await transform([{ fields: current, meta: input.meta }]);
        if (outcome?.kind === 'out') steps.push({ step, outcome: 'out', record: outcome.fields });
        else if (outcome?.kind === 'failed') steps.push({ step, outcome: 'failed', reason: outcome.reason });
        else steps.push({ step, outcome: 'filtered' });
        current = outcome?.kind === 'out' ? outcome.fields : null;
      }
      previewed.push({ input: input.fields, steps, output: current });
    }
    return previewed;
  } finally {
    for (const { close } of parted) close();
  }
}

async function readSome({
  definition,
  limit,
  around,
  signal,
}: PreviewParts): Promise<(Incoming | { failed: string; text: string })[]> {
  const source = makeSource(definition, around);
  try {
    const from = await source.begin(signal);
    const { to } = await source.plan(from, { ...DEFAULT_BATCH, maxRecords: limit }, signal);
    const records = await source.read(from, to, signal);
    return records.slice(0, limit).map((record) => {
      const { text, partition, offset, meta } = record;
      const read = readRecord(record);
      if (read.kind === 'failed') return { failed: read.reason, text };
      return { fields: read.fields, meta: { ...meta, partition, offset } };
    });
  } finally {
    await source.close();
  }
}
