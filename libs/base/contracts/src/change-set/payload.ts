import type { ChangeCommand } from './change-set.ts';
import type { TextPart, WritableCommand } from './large-put.ts';
import { beginPut, toLine, toLines } from './lines.ts';

const LINE_FEED = 0x0a;
const BLANK = 0x20;

/** The commands' lines in UTF-8, in a buffer of their own. */
export function toPayload(commands: readonly WritableCommand[]): Buffer<ArrayBuffer> {
  return commands.every(isText) ? Buffer.from(toLines(commands), 'utf8') : joined(commands.map(partsOf));
}

function isText(command: WritableCommand): command is ChangeCommand {
  return command.type !== 'large-put';
}

function partsOf(command: WritableCommand): readonly TextPart[] {
  return isText(command) ? [toLine(command)] : [beginPut(command.id), ...command.parts];
}

/** Copies the bytes once, to where they stay. */
function joined(lines: readonly (readonly TextPart[])[]): Buffer<ArrayBuffer> {
  const size = lines.flat().reduce((sum, part) => sum + sizeOf(part), lines.length - 1);
  const payload = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const parts of lines) {
    if (at > 0) payload[at++] = LINE_FEED;
    const start = at;
    for (const part of parts) at += put(payload, at, part);
    putOnOneLine(payload.subarray(start, at));
  }
  return payload;
}

function sizeOf(part: TextPart): number {
  return typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength;
}

function put(payload: Buffer, at: number, part: TextPart): number {
  if (typeof part === 'string') return payload.write(part, at);
  payload.set(part, at);
  return part.byteLength;
}

/** See `toLines`. */
function putOnOneLine(line: Buffer): void {
  for (let at = line.indexOf(LINE_FEED); at >= 0; at = line.indexOf(LINE_FEED, at + 1)) line[at] = BLANK;
}
