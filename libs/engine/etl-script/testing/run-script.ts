import type { DocumentLoader, EtlCommand, ScriptFailure, ScriptInput, ScriptOutput } from '../src/types.ts';
import type { ScriptPool } from '../src/run/script-pool.ts';

/** A stored document as bytes; a string is taken as JSON text, so that numbers stay as written. */
export function stored(document: object | string): Uint8Array {
  return new TextEncoder().encode(typeof document === 'string' ? document : JSON.stringify(document));
}

export function user(number: number, fields: object | string = {}): ScriptInput {
  const id = `users/${number}-A`;
  const metadata = { '@collection': 'Users', '@id': id, '@last-modified': '2026-01-02T03:04:05.6789012Z' };
  const document = typeof fields === 'string' ? fields : { ...fields, '@metadata': metadata };
  return { id, collection: 'Users', document: stored(document) };
}

export const loadsNothing: DocumentLoader = async (ids) => ids.map(() => null);

/** Runs a script on users once. */
export async function runScript(
  pool: ScriptPool,
  script: string,
  inputs: ScriptInput[] = [user(1)],
  load: DocumentLoader = loadsNothing,
): Promise<ScriptOutput[]> {
  const runner = await pool.open({ name: 'test', collection: 'Users', script });
  try {
    return await runner.transform(inputs, load);
  } finally {
    runner.close();
  }
}

export function commandsOf(output: ScriptOutput | undefined): EtlCommand[] {
  if (output?.status !== 'done') throw new Error(`not done: ${JSON.stringify(output)}`);
  return output.commands;
}

export function failureOf(output: ScriptOutput | undefined): ScriptFailure {
  if (output?.status !== 'failed') throw new Error(`not failed: ${JSON.stringify(output)}`);
  return output.failure;
}

/** The fields of the first put, as written. */
export function fieldsOf(output: ScriptOutput | undefined): string {
  const put = commandsOf(output).find((command) => command.type === 'put');
  if (!put) throw new Error('nothing was put');
  return put.fields;
}
