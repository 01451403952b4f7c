import type { Etag } from '@nestjs-spark/contracts';
import type { WritableCommand } from '@nestjs-spark/contracts/internal';
import type { TransformedChange } from '../transform/transformer.ts';

/** A part of a page that becomes one change set. */
export interface Cut {
  from: Etag;
  to: Etag;
  commands: WritableCommand[];
}

export interface CutBounds {
  /** Characters of JSON text per set; one change that is bigger gets a set of its own. */
  maxSize: number;
  maxCommands: number;
}

/** The target takes about 2,048 commands best; the size stays well under the log's usual bound of 1 MiB a message. */
const CUT_BOUNDS: CutBounds = { maxSize: 600_000, maxCommands: 2_048 };

/** Contents lie beside the set, but the target takes all of them in one transaction: about 64 MB of them fill a set. */
const CONTENT_WEIGHT = 100;

/** Cuts a page that covers `from..to` into sets that cover it without a gap. A page without commands becomes one empty set. */
export function cut(
  changes: TransformedChange[],
  from: Etag,
  to: Etag,
  bounds: CutBounds = CUT_BOUNDS,
): Cut[] {
  const cuts: Cut[] = [];
  let current: Cut = { from, to: from, commands: [] };
  let size = 0;
  for (const change of changes) {
    const more = sizeOf(change.commands);
    const full =
      size + more > bounds.maxSize || current.commands.length + change.commands.length > bounds.maxCommands;
    if (full && current.commands.length > 0) {
      cuts.push(current);
      current = { from: current.to + 1, to: current.to + 1, commands: [] };
      size = 0;
    }
    current.commands.push(...change.commands);
    current.to = change.etag;
    size += more;
  }
  current.to = to;
  cuts.push(current);
  return cuts;
}

/** Characters of JSON text, about. */
export function sizeOf(commands: readonly WritableCommand[]): number {
  return commands.reduce((sum, command) => sum + sizeOfOne(command), 0);
}

function sizeOfOne(command: WritableCommand): number {
  if (command.type === 'put') return command.id.length + command.document.length;
  switch (command.type) {
    case 'large-put':
      return command.id.length + command.parts.reduce((sum, { length }) => sum + length, 0);
    case 'delete':
    case 'no-extras':
      return command.id.length;
    case 'delete-prefix':
      return command.prefix.length;
    case 'attachments':
      return command.attachments.reduce((sum, { size }) => sum + 200 + size / CONTENT_WEIGHT, 0);
    case 'counters':
      return 60 * command.counters.length;
    case 'time-series-names':
      return 40 * command.names.length;
    case 'time-series':
      return 60 * command.entries.length;
  }
}
