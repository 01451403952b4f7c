import { decodeUtf8, isObject } from '@nestjs-spark/foundation/internal';
import { RunRefusedError } from '../../job/backend.ts';
import { linesOf, readAll } from '../../job/content.ts';

const MOST_VALUE_BYTES = 256 * 1024 ** 2;

/** A result from outside, as lines of JSON objects or as one JSON value. @throws {RunRefusedError} when it is anything else */
export async function* checkedResult(
  parts: AsyncIterable<Uint8Array>,
  { form, backend }: { form: 'documents' | 'value'; backend: string },
): AsyncGenerator<Uint8Array> {
  if (form === 'value') {
    const text = await readAll(bounded(parts, backend));
    parsed(text, backend);
    yield text;
    return;
  }
  for await (const line of linesOf(parts)) {
    if (!isObject(parsed(line, backend))) throw wrong(backend);
    yield Buffer.concat([line, Buffer.from('\n')]);
  }
}

async function* bounded(parts: AsyncIterable<Uint8Array>, backend: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of parts) {
    bytes += part.byteLength;
    if (bytes > MOST_VALUE_BYTES) throw wrong(backend);
    yield part;
  }
}

function parsed(text: Uint8Array, backend: string): unknown {
  try {
    return JSON.parse(decodeUtf8(text)) as unknown;
  } catch {
    throw wrong(backend);
  }
}

function wrong(backend: string): RunRefusedError {
  return badResult(`The result of ${backend} is not JSON of the form that it announced`);
}

/** The job fails with this: the same result would come again. */
export function badResult(message: string): RunRefusedError {
  return new RunRefusedError({ class: 'backend', code: 'bad-result', message });
}
