import type { EtlCommand } from '../src/types.ts';

/** The extras that the copies of one document should have, in one form for both engines. */
interface NormalExtras {
  /** `id name hash contentType size`, sorted. */
  attachments: string[];
  /** `id name`, sorted. */
  counters: string[];
  /** `id name first last count`, sorted; empty ranges are omitted, since RavenDB sends nothing for them. */
  timeSeries: string[];
}

interface RavenCommand {
  Id: string;
  Type: string;
  Name?: string;
  Hash?: string;
  ContentType?: string;
  SizeInBytes?: number;
  Counters?: { Operations: { CounterName: string }[] };
  TimeSeries?: { Name: string; Appends: { Timestamp: string }[] };
}

export interface RavenExtrasAnswer {
  TransformationErrors: { Error: string }[];
  Commands: RavenCommand[];
}

/** RavenDB's answer. */
export function ravenExtras({ Commands }: RavenExtrasAnswer): NormalExtras {
  const of = (type: string): RavenCommand[] => Commands.filter(({ Type }) => Type === type);
  const series = of('TimeSeries').flatMap(({ Id, TimeSeries }) =>
    TimeSeries
      ? [
          describe(
            Id,
            TimeSeries.Name,
            TimeSeries.Appends.map(({ Timestamp }) => Timestamp),
          ),
        ]
      : [],
  );
  return {
    attachments: of('AttachmentPUT')
      .map(({ Id, Name, Hash, ContentType, SizeInBytes }) =>
        [Id, Name, Hash, ContentType, SizeInBytes].join(' '),
      )
      .toSorted(),
    counters: of('Counters')
      .flatMap(({ Id, Counters }) =>
        (Counters?.Operations ?? []).map(({ CounterName }) => `${Id} ${CounterName}`),
      )
      .toSorted(),
    timeSeries: series.toSorted(),
  };
}

/** Our extras; `entries` returns the timestamps of a series of the document. */
export function ourExtras(
  commands: readonly EtlCommand[],
  entries: (series: string) => string[],
): NormalExtras {
  const puts = commands.flatMap((command) => {
    if (command.type !== 'put' || !command.extras) return [];
    return [{ id: command.id.replace(/\/\d{19}$/, '/'), ...command.extras }];
  });
  return {
    attachments: puts
      .flatMap(({ id, attachments = [] }) =>
        attachments.map(({ name, hash, contentType, size }) => [id, name, hash, contentType, size].join(' ')),
      )
      .toSorted(),
    counters: puts.flatMap(({ id, counters = [] }) => counters.map((name) => `${id} ${name}`)).toSorted(),
    timeSeries: puts
      .flatMap(({ id, timeSeries = [] }) =>
        timeSeries.map(({ name, from, to }) => {
          const within = (at: string): boolean =>
            (from === null || Date.parse(at) >= Date.parse(from)) &&
            (to === null || Date.parse(at) <= Date.parse(to));
          return describe(id, name, entries(name).filter(within));
        }),
      )
      .filter((text) => !text.endsWith(' 0'))
      .toSorted(),
  };
}

function describe(id: string, name: string, at: string[]): string {
  return [id, name.toLowerCase(), at[0], at.at(-1), at.length].join(' ');
}
