import { idKey, voidedByPrefixes, type IdRule, type Placed } from '@nestjs-spark/contracts/internal';
import type { AttachmentCopy, ChangeCommand, CounterCopy, ExtraCommand } from '@nestjs-spark/contracts';

export type TimeSeriesPart = Extract<ExtraCommand, { type: 'time-series' }>;

/** The extras that one copy should have after a set of commands. A kind that is absent stays as it is. */
export interface WantedExtras {
  id: string;
  attachments?: AttachmentCopy[];
  counters?: CounterCopy[];
  /** The only series it may have. */
  seriesNames?: string[];
  /** In the order in which to write them. */
  series: TimeSeriesPart[];
}

/** By the owner's key of the copy. A delete discards what came before it. */
export function reduceExtras(commands: readonly ChangeCommand[], rule: IdRule): Map<string, WantedExtras> {
  const wanted = new Map<string, WantedExtras>();
  // Most sets have none, and nothing else of them matters here.
  if (!commands.some(isExtra)) return wanted;
  const voided = voidedIn(commands, rule);
  for (const [at, command] of commands.entries()) {
    // Most are puts, which do not affect extras: their key is not computed.
    if (command.type === 'put' || command.type === 'delete-prefix' || voided.has(at)) continue;
    const key = idKey(rule, command.id);
    if (command.type === 'delete') wanted.delete(key);
    else wanted.set(key, join(wanted.get(key), command));
  }
  return wanted;
}

/** The places of the extras under a prefix that is deleted later. */
function voidedIn(commands: readonly ChangeCommand[], rule: IdRule): ReadonlySet<number> {
  const extras: Placed[] = [];
  const prefixes: Placed[] = [];
  for (const [at, command] of commands.entries()) {
    if (command.type === 'delete-prefix') prefixes.push({ key: idKey(rule, command.prefix), at });
    else if (isExtra(command)) extras.push({ key: idKey(rule, command.id), at });
  }
  return voidedByPrefixes(extras, prefixes);
}

function isExtra(command: ChangeCommand): command is ExtraCommand {
  return command.type !== 'put' && command.type !== 'delete' && command.type !== 'delete-prefix';
}

function join(before: WantedExtras | undefined, command: ExtraCommand): WantedExtras {
  const { id } = command;
  const known = before ?? { id, series: [] };
  switch (command.type) {
    case 'no-extras':
      return { id, attachments: [], counters: [], seriesNames: [], series: [] };
    case 'attachments':
      return { ...known, attachments: command.attachments };
    case 'counters':
      return { ...known, counters: command.counters };
    case 'time-series-names':
      return { ...known, seriesNames: command.names };
    case 'time-series':
      known.series.push(command);
      return known;
  }
}
