import { decodeUtf8 } from '@nestjs-spark/foundation/text';
import type { EtlCommand, EtlPut, LargeEtlPut, SendableCommand } from '../types.ts';

/** In characters of JSON text. Below, passing a string costs less than passing a buffer. */
const LARGE_DOCUMENT = 64 * 1024;

/**
 * Commands of a document with much text, without strings: the main thread's heap would grow with each of them, and keep several
 * that nobody needs any more. All texts of the document are in one buffer, which can be transferred and freed.
 * @param size of the commands
 */
export function withLargePuts(commands: readonly EtlCommand[], size: number): readonly SendableCommand[] {
  if (size <= LARGE_DOCUMENT) return commands;
  const bytes = commands.reduce((sum, command) => sum + bytesOf(command), 0);
  const buffer = Buffer.from(new ArrayBuffer(bytes));
  let at = 0;
  const write = (text: string): Uint8Array<ArrayBuffer> => {
    const start = at;
    at += buffer.write(text, start);
    return new Uint8Array(buffer.buffer, start, at - start);
  };
  return commands.map((command) => (command.type === 'put' ? inBytes(command, write) : command));
}

function inBytes(
  { metadata, ...put }: EtlPut,
  write: (text: string) => Uint8Array<ArrayBuffer>,
): LargeEtlPut {
  const fields = write(put.fields);
  return { ...put, type: 'large-put', fields, ...(metadata !== undefined && { metadata: write(metadata) }) };
}

function bytesOf(command: EtlCommand): number {
  if (command.type !== 'put') return 0;
  return Buffer.byteLength(command.fields) + Buffer.byteLength(command.metadata ?? '');
}

/** The buffers of these puts, each once. */
export function buffersOf(puts: readonly Pick<LargeEtlPut, 'fields'>[]): ArrayBuffer[] {
  return [...new Set(puts.map(({ fields }) => fields.buffer))];
}

/** Frees the bytes of a document's commands. Nobody may read them afterwards. */
export function giveBackPuts(commands: readonly SendableCommand[]): void {
  const large = commands.filter((command) => command.type === 'large-put');
  for (const buffer of buffersOf(large)) buffer.transfer(0);
}

/** The same commands with strings; their bytes are freed. */
export function withoutLargePuts(commands: readonly SendableCommand[]): EtlCommand[] {
  const texts = commands.map((command) => (command.type === 'large-put' ? asText(command) : command));
  giveBackPuts(commands);
  return texts;
}

function asText({ metadata, ...put }: LargeEtlPut): EtlPut {
  const fields = decodeUtf8(put.fields);
  return { ...put, type: 'put', fields, ...(metadata && { metadata: decodeUtf8(metadata) }) };
}
