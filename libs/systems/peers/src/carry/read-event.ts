import { isObject } from '@nestjs-spark/foundation/internal';
import type { EventName, Operation, PeerEvent } from '../merge/event.ts';
import { isStamp } from '../merge/stamp.ts';
import { isOrigin } from './names.ts';

const OPERATIONS: readonly unknown[] = ['CREATE', 'UPDATE', 'DELETE'] satisfies Operation[];
const MOST_SEEN = 1_000;
/** As long as an id may be in any store. */
const LONGEST_ID = 512;
/** `json_valid` of SQLite takes no more levels. */
const DEEPEST = 1_000;

/** An event from its line, of one origin or of any; null for what no node has written. */
export function readEvent(line: string, origin: string | null): PeerEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!isEvent(value, origin)) return null;
    // Versions before transactions arrived as a whole do not say.
    return { ...value, tx: value.tx ?? value.number };
  } catch {
    return null;
  }
}

/** All events of these lines; null when no node has written one of them. */
export function readEvents(lines: readonly string[], origin: string | null): PeerEvent[] | null {
  const events = lines.map((line) => readEvent(line, origin)).filter((event) => event !== null);
  return events.length === lines.length ? events : null;
}

/** Whether other nodes read this event, once it is a line. */
export function isReadable(event: PeerEvent, origin: string): boolean {
  try {
    return isEvent(event, origin);
  } catch {
    return false;
  }
}

function isEvent(
  value: unknown,
  origin: string | null,
): value is Omit<PeerEvent, 'tx'> & { readonly tx?: number } {
  if (!isObject(value)) return false;
  const { hlc, entity, recordId, operation, data, timestamp, sees, resolverVersion, tx }: Partial<PeerEvent> =
    value;
  return (
    isName(value) &&
    (origin === null || value.origin === origin) &&
    isStamp(Number(hlc)) &&
    typeof hlc === 'number' &&
    isId(entity) &&
    isId(recordId) &&
    OPERATIONS.includes(operation) &&
    (operation === 'DELETE' ? data === null : isDocument(data)) &&
    Number.isSafeInteger(timestamp) &&
    Array.isArray(sees) &&
    sees.length <= MOST_SEEN &&
    sees.every(isName) &&
    (resolverVersion === null || Number.isSafeInteger(resolverVersion)) &&
    (tx === undefined || (Number.isSafeInteger(tx) && tx > 0 && tx <= value.number))
  );
}

function isName(value: unknown): value is EventName {
  if (!isObject(value)) return false;
  const { origin, number } = value;
  return typeof origin === 'string' && isOrigin(origin) && Number.isSafeInteger(number) && Number(number) > 0;
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_ID && !value.includes('\0');
}

/** The text of a JSON object as SQLite reads it, too: a table would reject another one. */
function isDocument(data: unknown): boolean {
  if (typeof data !== 'string' || data.includes('\0')) return false;
  // What is nested deeper has more brackets than that, each of them twice.
  return isObject(JSON.parse(data)) && (data.length <= 2 * DEEPEST || depthOf(data) <= DEEPEST);
}

/** How deep the objects and arrays of a JSON text are nested. */
function depthOf(json: string): number {
  let [depth, deepest, isInText] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (isInText && character === '\\') at++;
    else if (character === '"') isInText = !isInText;
    else if (!isInText && (character === '{' || character === '[')) deepest = Math.max(deepest, ++depth);
    else if (!isInText && (character === '}' || character === ']')) depth--;
  }
  return deepest;
}
