import { idKey, type IdRule } from '@nestjs-spark/contracts/internal';
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
  for (const command of commands) {
    // Most are puts, which do not affect extras: their key is not computed.
    if (command.type === 'put') continue;
    if (command.type === 'delete-prefix') {
      const prefix = idKey(rule, command.prefix);
      for (const key of wanted.keys()) if (key.startsWith(prefix)) wanted.delete(key);
      continue;
    }
    const key = idKey(rule, command.id);
    if (command.type === 'delete') wanted.delete(key);
    else wanted.set(key, join(wanted.get(key), command));
  }
  return wanted;
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
      return { ...known, series: [...known.series, command] };
  }
}
