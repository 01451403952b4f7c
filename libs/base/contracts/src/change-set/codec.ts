import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { ChangeCommand, ChangeSet, ChangeSetHeader } from './change-set.ts';
import type { ExtraCommand } from './extras.ts';

/** A change set as the log carries it: the header as message headers, the commands as lines. */
export interface EncodedChangeSet {
  headers: Record<string, string>;
  payload: Uint8Array;
}

/** A message in a task's log is not a change set that this version can read. */
export class MalformedChangeSetError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`Not a change set: ${reason}`, options);
    this.name = 'MalformedChangeSetError';
  }
}

const FORMAT = '1';
const HEADER = 'Spark-Set';
const FORMAT_HEADER = 'Spark-Format';
const ENCODING_HEADER = 'Spark-Encoding';
const COMPRESS_ABOVE_BYTES = 512;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export async function encodeChangeSet(set: ChangeSet): Promise<EncodedChangeSet> {
  const { commands, ...header } = set;
  const plain = Buffer.from(commands.map(toLine).join('\n'), 'utf8');
  const packed = plain.length > COMPRESS_ABOVE_BYTES;
  const payload = packed
    ? await compress(plain, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
    : plain;
  return {
    headers: {
      [FORMAT_HEADER]: FORMAT,
      [HEADER]: JSON.stringify(header),
      ...(packed ? { [ENCODING_HEADER]: 'zstd' } : {}),
    },
    payload,
  };
}

/** @throws {MalformedChangeSetError} when the headers are missing or of another format */
export function decodeHeader(headers: Record<string, string>): ChangeSetHeader {
  if (headers[FORMAT_HEADER] !== FORMAT) {
    throw new MalformedChangeSetError(
      `format ${headers[FORMAT_HEADER] ?? 'missing'}, this version reads ${FORMAT}`,
    );
  }
  try {
    return JSON.parse(headers[HEADER] ?? '') as ChangeSetHeader;
  } catch (cause) {
    throw new MalformedChangeSetError(`its ${HEADER} header is not JSON`, { cause });
  }
}

/** The same, null where it cannot be read: what stands there is then worth nothing to this version. */
export function readHeader(message: { headers: Record<string, string> } | null): ChangeSetHeader | null {
  if (message === null) return null;
  try {
    return decodeHeader(message.headers);
  } catch (error) {
    if (error instanceof MalformedChangeSetError) return null;
    throw error;
  }
}

/** @throws {MalformedChangeSetError} when the message was not written by `encodeChangeSet` */
export async function decodeChangeSet(encoded: EncodedChangeSet): Promise<ChangeSet> {
  const header = decodeHeader(encoded.headers);
  const text = await plainText(encoded);
  try {
    return { ...header, commands: text === '' ? [] : text.split('\n').map(fromLine) };
  } catch (cause) {
    if (cause instanceof MalformedChangeSetError) throw cause;
    throw new MalformedChangeSetError('one of its lines cannot be read', { cause });
  }
}

async function plainText({ headers, payload }: EncodedChangeSet): Promise<string> {
  if (headers[ENCODING_HEADER] !== 'zstd') return Buffer.from(payload).toString('utf8');
  try {
    return (await decompress(payload)).toString('utf8');
  } catch (cause) {
    throw new MalformedChangeSetError('its payload cannot be decompressed', { cause });
  }
}

// JSON on one line holds no raw tab and no raw line break, so both can divide without any escaping of documents. A document
// that is written on several lines has them between its tokens only, where a blank means the same.
const MARKS = { put: 'P', delete: 'D', 'delete-prefix': 'X', extra: 'E' } as const;

type Unnamed<T> = T extends { id: string } ? Omit<T, 'id'> : never;

function toLine(command: ChangeCommand): string {
  switch (command.type) {
    case 'put':
      return `${MARKS.put}\t${JSON.stringify(command.id)}\t${onOneLine(command.document)}`;
    case 'delete':
      return `${MARKS.delete}\t${JSON.stringify(command.id)}`;
    case 'delete-prefix':
      return `${MARKS['delete-prefix']}\t${JSON.stringify(command.prefix)}`;
    default: {
      const { id, ...rest } = command;
      return `${MARKS.extra}\t${JSON.stringify(id)}\t${JSON.stringify(rest)}`;
    }
  }
}

function onOneLine(document: string): string {
  return document.includes('\n') ? document.replaceAll('\n', ' ') : document;
}

function fromLine(line: string): ChangeCommand {
  const end = line.indexOf('\t', 2);
  const key = JSON.parse(end < 0 ? line.slice(2) : line.slice(2, end)) as string;
  switch (line[0]) {
    case MARKS.put:
      return { type: 'put', id: key, document: line.slice(end + 1) };
    case MARKS.delete:
      return { type: 'delete', id: key };
    case MARKS['delete-prefix']:
      return { type: 'delete-prefix', prefix: key };
    case MARKS.extra:
      return { id: key, ...(JSON.parse(line.slice(end + 1)) as Unnamed<ExtraCommand>) };
    default:
      throw new MalformedChangeSetError(`a line begins with ${JSON.stringify(line.slice(0, 1))}`);
  }
}
