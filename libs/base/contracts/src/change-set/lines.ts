import {
  isListOf,
  isNullOr,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { CHANGE_SET_BOUNDS } from './bounds.ts';
import type { ChangeCommand } from './change-set.ts';
import type { AttachmentCopy, CounterCopy, ExtraCommand, TimeSeriesEntry } from './extras.ts';
import { MalformedChangeSetError } from './malformed.ts';

// JSON on one line holds no raw tab and no raw line break, so both can divide without any escaping of documents. A document
// that is written on several lines has them between its tokens only, where a blank means the same.
const MARKS = { put: 'P', delete: 'D', 'delete-prefix': 'X', extra: 'E' } as const;

/** One line for each; a document on several lines is put on one. */
export function toLines(commands: readonly ChangeCommand[]): string {
  const text = commands.map(toLine).join('\n');
  // Looked for once and in all: a look at one document alone copies it, put together as it is from parts.
  return countBreaks(text) < commands.length ? text : commands.map(onOneLine).map(toLine).join('\n');
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The line of a put, up to its document. */
export function beginPut(id: string): string {
  return `${MARKS.put}\t${JSON.stringify(id)}\t`;
}

export function toLine(command: ChangeCommand): string {
  switch (command.type) {
    case 'put':
      return beginPut(command.id) + command.document;
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

/** @throws {MalformedChangeSetError} when it is not what `toLines` writes; the text of a document is not looked at */
export function fromLine(line: string): ChangeCommand {
  const mark = line[0];
  if (line[1] !== '\t') throw new MalformedChangeSetError('a line begins without a mark');
  const end = line.indexOf('\t', 2);
  const key = readKey(end < 0 ? line.slice(2) : line.slice(2, end));
  const rest = end < 0 ? null : line.slice(end + 1);
  if (mark === MARKS.put && rest !== null) return { type: 'put', id: key, document: rest };
  if (mark === MARKS.delete && rest === null) return { type: 'delete', id: key };
  if (mark === MARKS['delete-prefix'] && rest === null) return { type: 'delete-prefix', prefix: key };
  if (mark === MARKS.extra && rest !== null) return readExtra(key, rest);
  throw new MalformedChangeSetError(`a line begins with ${JSON.stringify(mark)}, which is malformed`);
}

function onOneLine(command: ChangeCommand): ChangeCommand {
  return command.type === 'put' ? { ...command, document: command.document.replaceAll('\n', ' ') } : command;
}

function readKey(written: string): string {
  const key = parse(written);
  if (isKey(key)) return key;
  throw new MalformedChangeSetError('an id is not a string, or is too long');
}

function readExtra(id: string, written: string): ExtraCommand {
  const command = { ...Object(parse(written)), id } as unknown;
  const type = isTyped(command) ? command.type : null;
  const guard: Guard<ExtraCommand> | null = type && EXTRAS[type];
  if (guard?.(command)) return command;
  throw new MalformedChangeSetError('the extras of a document are malformed');
}

function parse(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch (cause) {
    throw new MalformedChangeSetError('one of its lines is not JSON', { cause });
  }
}

const isKey = isText(CHANGE_SET_BOUNDS.id);
const COUNTER = /^-?\d{1,19}$/;
/** More than the bytes of a set allow: what a document has is not counted apart from them. */
const MOST = 10_000_000;

const isTotal: Guard<string> = (value): value is string =>
  typeof value === 'string' && COUNTER.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value);
// NaN, which a store may keep, is written as null.
const isValue: Guard<number> = (value): value is number => value === null || Number.isFinite(value);
const isMoment: Guard<string> = (value): value is string =>
  isText(64)(value) && !Number.isNaN(Date.parse(value));
const isAttachment: Guard<AttachmentCopy> = isObjectOf({
  name: isKey,
  contentType: isText(),
  hash: isText(256),
  size: isWhole,
  source: isObjectOf({ id: isKey, name: isKey }),
  content: isNullOr(isText()),
});
const isCounter: Guard<CounterCopy> = isObjectOf({ name: isKey, value: isTotal });
const isEntry: Guard<TimeSeriesEntry> = isObjectOf({
  at: isMoment,
  values: isListOf(isValue, 64),
  tag: isNullOr(isText()),
});

type ExtraType = ExtraCommand['type'];

const isTyped = isObjectOf({
  type: isOneOf('no-extras', 'attachments', 'counters', 'time-series-names', 'time-series'),
});
const EXTRAS: { readonly [Type in ExtraType]: Guard<Extract<ExtraCommand, { type: Type }>> } = {
  'no-extras': isObjectOf({ type: isOneOf('no-extras'), id: isKey }),
  attachments: isObjectOf({
    type: isOneOf('attachments'),
    id: isKey,
    attachments: isListOf(isAttachment, MOST),
  }),
  counters: isObjectOf({ type: isOneOf('counters'), id: isKey, counters: isListOf(isCounter, MOST) }),
  'time-series-names': isObjectOf({
    type: isOneOf('time-series-names'),
    id: isKey,
    names: isListOf(isKey, MOST),
  }),
  'time-series': isObjectOf({
    type: isOneOf('time-series'),
    id: isKey,
    name: isKey,
    from: isNullOr(isMoment),
    to: isNullOr(isMoment),
    entries: isListOf(isEntry, MOST),
  }),
};
