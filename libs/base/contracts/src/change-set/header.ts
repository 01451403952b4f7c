import {
  isBoolean,
  isNullOr,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { isName } from '../names/name.ts';
import type { TaskKey } from '../names/task-key.ts';
import { CHANGE_SET_BOUNDS } from './bounds.ts';
import type { ChangeSetHeader } from './change-set.ts';
import { MalformedChangeSetError } from './malformed.ts';

const FORMAT = '1';
const HEADER = 'Spark-Set';
const FORMAT_HEADER = 'Spark-Format';
const LONGEST = 256;
/** Each generation reads a whole collection, so counting never gets here. */
const LAST_GENERATION = 2 ** 40;

const isModule: Guard<string> = (value): value is string => isName(value);
const isTask: Guard<TaskKey> = isObjectOf({ owner: isModule, requester: isModule, name: isModule });
const isGeneration: Guard<number> = (value): value is number =>
  isWhole(value) && value >= 1 && value <= LAST_GENERATION;

const isHeader: Guard<ChangeSetHeader> = isObjectOf(
  {
    task: isTask,
    generation: isGeneration,
    incarnation: isText(LONGEST),
    databaseId: isText(LONGEST),
    from: isWhole,
    to: isWhole,
    began: isWhole,
    live: isBoolean,
    witness: isObjectOf({ number: isWhole, mark: isText(LONGEST) }),
    script: isText(LONGEST),
    resync: isNullOr(isText(LONGEST)),
    readAt: isWhole,
  },
  { ids: isOneOf('ravendb', 'sqlite') },
);

/** Encodes a change set's metadata as message headers. */
export function encodeHeader(header: ChangeSetHeader): Record<string, string> {
  return { [FORMAT_HEADER]: FORMAT, [HEADER]: JSON.stringify(header) };
}

/** @throws {MalformedChangeSetError} when headers are missing, in an unknown format, or not valid for a change set */
export function decodeHeader(headers: Record<string, string>): ChangeSetHeader {
  const { [FORMAT_HEADER]: format, [HEADER]: text = '' } = headers;
  if (format !== FORMAT) {
    throw new MalformedChangeSetError(
      `format ${format === undefined ? 'missing' : JSON.stringify(format.slice(0, 20))}, this version reads ${FORMAT}`,
    );
  }
  if (text.length > CHANGE_SET_BOUNDS.header) {
    throw new MalformedChangeSetError(`its ${HEADER} header has ${text.length} characters`);
  }
  const header = parse(text);
  if (!isHeader(header)) throw new MalformedChangeSetError(`its ${HEADER} header has unexpected contents`);
  // An announcement covers nothing: it goes from 1 to 0.
  if (header.from > header.to + 1) throw new MalformedChangeSetError('it ends before it begins');
  return header;
}

/** As `decodeHeader`, but null for what cannot be read: this version has no use for it. */
export function readHeader(message: { headers: Record<string, string> } | null): ChangeSetHeader | null {
  if (message === null) return null;
  try {
    return decodeHeader(message.headers);
  } catch (error) {
    if (error instanceof MalformedChangeSetError) return null;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedChangeSetError(`its ${HEADER} header is not JSON`, { cause });
  }
}
