import type { AttachmentCopy } from '@nestjs-spark/contracts';
import { ravenKey } from '@nestjs-spark/contracts/internal';
import type { ExistingExtras } from './existing-extras.ts';
import type { TimeSeriesPart, WantedExtras } from './reduce-extras.ts';

/** Commands for RavenDB's `bulk_docs`, and the contents that have to follow them, in this order. */
export interface ExtrasPlan {
  /** As JSON text. */
  commands: string[];
  contents: { documentId: string; attachment: AttachmentCopy }[];
}

/** What brings documents from their current extras to the wanted ones. Attachments that already exist are not sent. */
export function planExtras(
  wanted: ReadonlyMap<string, WantedExtras>,
  existing: ReadonlyMap<string, ExistingExtras>,
): ExtrasPlan {
  const plan: ExtrasPlan = { commands: [], contents: [] };
  for (const [key, extras] of wanted) {
    const has = existing.get(key);
    if (!has) continue;
    planAttachments(plan, extras, has);
    planCounters(plan, extras, has);
    planTimeSeries(plan, extras, has);
  }
  return plan;
}

function planAttachments(plan: ExtrasPlan, { id, attachments }: WantedExtras, has: ExistingExtras): void {
  if (!attachments) return;
  const names = new Set(attachments.map(({ name }) => ravenKey(name)));
  for (const { Name } of has.attachments) {
    if (names.has(ravenKey(Name))) continue;
    plan.commands.push(JSON.stringify({ Id: id, Type: 'AttachmentDELETE', Name, ChangeVector: null }));
  }
  for (const attachment of attachments) {
    const { name, contentType, hash } = attachment;
    const there = has.attachments.some(
      (other) => other.Name === name && other.Hash === hash && other.ContentType === contentType,
    );
    if (there) continue;
    const command = {
      Id: id,
      Type: 'AttachmentPUT',
      Name: name,
      ContentType: contentType,
      ChangeVector: null,
    };
    plan.commands.push(JSON.stringify(command));
    plan.contents.push({ documentId: id, attachment });
  }
}

function planCounters(plan: ExtrasPlan, { id, counters }: WantedExtras, has: ExistingExtras): void {
  if (!counters) return;
  const names = new Set(counters.map(({ name }) => ravenKey(name)));
  const gone = has.counters.filter((name) => !names.has(ravenKey(name)));
  const operations = [
    ...gone.map((name) => `{"Type":"Delete","CounterName":${JSON.stringify(name)}}`),
    // The value is inserted as text, since it may exceed what a double can represent.
    ...counters.map(({ name, value }) => {
      return `{"Type":"Put","CounterName":${JSON.stringify(name)},"Delta":${BigInt(value)}}`;
    }),
  ];
  if (operations.length === 0) return;
  const document = JSON.stringify(id);
  plan.commands.push(
    `{"Id":${document},"Type":"Counters","FromEtl":true,` +
      `"Counters":{"DocumentId":${document},"Operations":[${operations.join(',')}]}}`,
  );
}

function planTimeSeries(
  plan: ExtrasPlan,
  { id, seriesNames, series }: WantedExtras,
  has: ExistingExtras,
): void {
  const there = new Set(has.timeSeries.map(ravenKey));
  if (seriesNames) {
    const names = new Set(seriesNames.map(ravenKey));
    for (const name of has.timeSeries) {
      if (!names.has(ravenKey(name))) plan.commands.push(seriesCommand(id, nothingLeft(id, name), true));
    }
  }
  for (const part of series) {
    const known = there.has(ravenKey(part.name));
    if (known || part.entries.length > 0) plan.commands.push(seriesCommand(id, part, known));
    there.add(ravenKey(part.name));
  }
}

function nothingLeft(id: string, name: string): TimeSeriesPart {
  return { type: 'time-series', id, name, from: null, to: null, entries: [] };
}

const INCREMENTAL = /^INC:/i;

/**
 * RavenDB first deletes, then appends. An incremental series does not accept appends; incrementing after the deletion gives the
 * same value, however often.
 */
function seriesCommand(id: string, { name, from, to, entries }: TimeSeriesPart, clear: boolean): string {
  const incremental = INCREMENTAL.test(name);
  const written = entries.map(({ at, values, tag }) => {
    return incremental
      ? { Timestamp: at, Values: values }
      : { Timestamp: at, Values: values, ...(tag === null ? {} : { Tag: tag }) };
  });
  return JSON.stringify({
    Id: id,
    Type: incremental ? 'TimeSeriesWithIncrements' : 'TimeSeries',
    FromEtl: true,
    TimeSeries: {
      Name: name,
      ...(clear && { Deletes: [{ From: from, To: to }] }),
      ...(written.length > 0 && { [incremental ? 'Increments' : 'Appends']: written }),
    },
  });
}
