import { isUtf8 } from 'node:buffer';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { CHANGE_SET_BOUNDS, ChangeSetBoundsError, requireBounds } from './bounds.ts';
import type { ChangeCommand, ChangeSet, ChangeSetHeader } from './change-set.ts';
import { decodeHeader, encodeHeader } from './header.ts';
import type { WritableCommand } from './large-put.ts';
import { fromLine } from './lines.ts';
import { MalformedChangeSetError } from './malformed.ts';
import { giveBackUnpacked, packAway, unpack } from './packed.ts';
import { toPayload } from './payload.ts';

/** A change set as the log carries it: the header as message headers, the commands as lines. */
export interface EncodedChangeSet {
  headers: Record<string, string>;
  payload: Uint8Array;
}

/** A change set to be written. */
export interface WritableChangeSet extends ChangeSetHeader {
  commands: readonly WritableCommand[];
}

const ENCODING_HEADER = 'Spark-Encoding';
const ENCODING = 'zstd';
/** Up to this size, compressing costs more than the bytes that it saves. */
const COMPRESS_ABOVE_BYTES = 2_048;

/** The quickest: a set is read once, and soon. */
const LEVEL = 1;

/** @throws {ChangeSetBoundsError} when no reader would take it; what is in it has to come in smaller sets, or not at all */
export async function encodeChangeSet(set: WritableChangeSet): Promise<EncodedChangeSet> {
  const { commands, ...header } = set;
  requireBounds(commands);
  const plain = toPayload(commands);
  if (plain.length > CHANGE_SET_BOUNDS.bytes) {
    throw new ChangeSetBoundsError(`more than ${CHANGE_SET_BOUNDS.bytes} bytes`);
  }
  const packed = plain.length > COMPRESS_ABOVE_BYTES;
  const payload = packed ? await packAway(plain, LEVEL) : plain;
  return {
    headers: { ...encodeHeader(header), ...(packed ? { [ENCODING_HEADER]: ENCODING } : {}) },
    payload,
  };
}

/**
 * Reads a change set, in bounds whatever is in it. The texts of documents come out as they are: whether each is a document is
 * for those to ask who write it.
 * @throws {MalformedChangeSetError} when the message was not written by `encodeChangeSet`
 */
export async function decodeChangeSet(encoded: EncodedChangeSet): Promise<ChangeSet> {
  const header = decodeHeader(encoded.headers);
  return { ...header, commands: readLines(await plainText(encoded)) };
}

async function plainText(encoded: EncodedChangeSet): Promise<string> {
  const plain = await plainBytes(encoded);
  if (!isUtf8(plain)) throw new MalformedChangeSetError('its payload is not UTF-8');
  const text = decodeUtf8(plain);
  if (plain !== encoded.payload) giveBackUnpacked(plain);
  return text;
}

async function plainBytes({ headers, payload }: EncodedChangeSet): Promise<Uint8Array> {
  const { [ENCODING_HEADER]: encoding } = headers;
  if (encoding === undefined) return payload;
  if (encoding !== ENCODING) throw new MalformedChangeSetError('its payload has an unknown encoding');
  try {
    return await unpack(payload, CHANGE_SET_BOUNDS.bytes);
  } catch (cause) {
    throw new MalformedChangeSetError('its payload cannot be unpacked, or not within its bounds', { cause });
  }
}

function readLines(text: string): ChangeCommand[] {
  if (text === '') return [];
  const lines = text.split('\n', CHANGE_SET_BOUNDS.commands + 1);
  if (lines.length > CHANGE_SET_BOUNDS.commands) {
    throw new MalformedChangeSetError(`it has more than ${CHANGE_SET_BOUNDS.commands} commands`);
  }
  return lines.map(fromLine);
}
