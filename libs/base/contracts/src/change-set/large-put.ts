import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import type { ChangeCommand } from './change-set.ts';

/** A piece of text: bytes are UTF-8. */
export type TextPart = string | Uint8Array<ArrayBuffer>;

/**
 * A put whose text is too large for a string: V8 lets the heap grow to a multiple of what is in use, so it would hold many of
 * them that nobody needs. Writers of change sets only; a reader gets a `put`.
 */
export interface LargePut {
  type: 'large-put';
  id: string;
  /** The `document` of a put, one part after the other. The bytes belong to whoever has the command: see `giveBackTexts`. */
  parts: readonly TextPart[];
}

/** What a change set can be written from. */
export type WritableCommand = ChangeCommand | LargePut;

/** Frees the bytes of all commands of a document. Nobody may read them afterwards. */
export function giveBackTexts(commands: readonly WritableCommand[]): void {
  for (const command of commands) {
    if (command.type !== 'large-put') continue;
    for (const part of command.parts) {
      if (typeof part !== 'string' && !part.buffer.detached) part.buffer.transfer(0);
    }
  }
}

/** The same commands with strings; their bytes are freed. */
export function asTexts(commands: readonly WritableCommand[]): ChangeCommand[] {
  const texts = commands.map((command) => (command.type === 'large-put' ? asText(command) : command));
  giveBackTexts(commands);
  return texts;
}

function asText({ id, parts }: LargePut): ChangeCommand {
  const document = parts.map((part) => (typeof part === 'string' ? part : decodeUtf8(part))).join('');
  return { type: 'put', id, document };
}
