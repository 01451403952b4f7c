import type { AttachmentCopy, ExtraCommand, TimeSeriesEntry } from '@nestjs-spark/contracts';
import {
  idKey,
  type ChangedRange,
  type IdRule,
  type SourceChange,
  type SourceExtras,
} from '@nestjs-spark/contracts/internal';
import type {
  DocumentExtras,
  EtlPut,
  LargeEtlPut,
  SendableCommand,
  TimeSeriesReference,
} from '@nestjs-spark/etl-script/internal';
import { intersect } from './intersect-ranges.ts';

type SourcePut = Extract<SourceChange, { kind: 'put' | 'touch' }>;

/** What a script made of one change of the source. */
export interface ScriptedChange {
  change: SourcePut;
  commands: readonly SendableCommand[];
}

/**
 * The extras that the copies of some documents should have. Values are read from the source now, after the page: anything newer
 * than the page comes again with a later one, which then changes nothing.
 */
export async function copyExtras(
  source: SourceExtras,
  ids: IdRule,
  scripted: readonly ScriptedChange[],
): Promise<Map<SourceChange, ExtraCommand[]>> {
  const wanted = scripted.flatMap(({ change, commands }) =>
    commands.flatMap((command) => {
      if (!isPut(command)) return [];
      const extras = extrasFor(ids, change, command);
      return extras ? [{ change, id: command.id, extras }] : [];
    }),
  );
  const counters = await source.counters(
    wanted.map(({ change, extras }) => ({ id: change.id, names: extras.counters ?? [] })),
  );
  const found = new Map<SourceChange, ExtraCommand[]>();
  for (const [i, { change, id, extras }] of wanted.entries()) {
    const commands = found.get(change) ?? [];
    found.set(change, commands);
    if (isEmpty(extras)) {
      commands.push({ type: 'no-extras', id });
      continue;
    }
    if (extras.attachments) {
      const attachments = extras.attachments.map(({ source: name, ...rest }): AttachmentCopy => {
        return { ...rest, source: { id: change.id, name }, content: null };
      });
      commands.push({ type: 'attachments', id, attachments });
    }
    if (extras.counters) commands.push({ type: 'counters', id, counters: counters[i] ?? [] });
    if (extras.timeSeries) commands.push(...(await timeSeries(source, ids, change, id, extras.timeSeries)));
  }
  return found;
}

export function isPut(command: SendableCommand): command is EtlPut | LargeEtlPut {
  return command.type === 'put' || command.type === 'large-put';
}

/** A touch only concerns the copy that keeps its document's id, and there only what was touched. */
function extrasFor(
  ids: IdRule,
  change: SourcePut,
  { id, extras }: EtlPut | LargeEtlPut,
): DocumentExtras | undefined {
  if (change.kind === 'put' || !extras) return extras;
  if (idKey(ids, id) !== idKey(ids, change.id)) return undefined;
  return {
    ...(change.counters && extras.counters && { counters: extras.counters }),
    ...(change.timeSeries.length > 0 && extras.timeSeries && { timeSeries: extras.timeSeries }),
  };
}

/** Most documents that pass through unchanged have no extras. */
function isEmpty({ attachments, counters, timeSeries: series }: DocumentExtras): boolean {
  return attachments?.length === 0 && counters?.length === 0 && series?.length === 0;
}

const WHOLE = { from: null, to: null };

async function timeSeries(
  source: SourceExtras,
  ids: IdRule,
  change: SourcePut,
  id: string,
  references: readonly TimeSeriesReference[],
): Promise<ExtraCommand[]> {
  const byName = new Map<string, TimeSeriesReference[]>();
  for (const reference of references) {
    const key = idKey(ids, reference.name);
    byName.set(key, [...(byName.get(key) ?? []), reference]);
  }
  const commands: ExtraCommand[] = [];
  for (const [key, wanted] of byName) {
    const name = wanted[0]?.name ?? key;
    for (const range of changedRanges(ids, change, key)) {
      const entries = await entriesIn(source, change.id, name, wanted, range);
      commands.push({ type: 'time-series', id, name, from: range.from, to: range.to, entries });
    }
  }
  const names = [...byName.values()].map(([first]) => first?.name ?? '');
  return change.kind === 'put' ? [{ type: 'time-series-names', id, names }, ...commands] : commands;
}

/** For a document that has changed itself, whole series are sent; otherwise only what has changed of them. */
function changedRanges(ids: IdRule, change: SourcePut, series: string): Pick<ChangedRange, 'from' | 'to'>[] {
  if (change.kind === 'put') return [WHOLE];
  return change.timeSeries.filter(({ name }) => idKey(ids, name) === series);
}

async function entriesIn(
  source: SourceExtras,
  documentId: string,
  name: string,
  wanted: readonly TimeSeriesReference[],
  range: Pick<ChangedRange, 'from' | 'to'>,
): Promise<TimeSeriesEntry[]> {
  const entries = new Map<string, TimeSeriesEntry>();
  for (const reference of wanted) {
    const part = intersect(reference, range);
    if (!part) continue;
    for (const entry of await source.timeSeries(documentId, name, part.from, part.to)) {
      entries.set(entry.at, entry);
    }
  }
  return [...entries.values()];
}
