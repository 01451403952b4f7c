import { memberName, scanElements, scanMembers } from '../documents/scan-members.ts';

/** Which members of an object stay: all of a member's value (null), or parts of it. */
type Wanted = ReadonlyMap<string, Wanted | null>;

const METADATA = '@metadata';
/** Without these a document is none: they say what it is, and nothing of what is in it. */
const NEEDED = ['@collection', '@id', '@last-modified'];
/** What hangs on a document is named in its metadata. */
export const EXTRAS = {
  attachments: '@attachments',
  counters: '@counters',
  timeSeries: '@timeseries',
} as const;

/**
 * Leaves of a stored document what these fields name, character for character, and of its metadata what makes it a document.
 * @param fields names as documents spell them, or paths (`Address.City`); a path leads through lists. `@metadata` keeps all of
 *   it, `@attachments`, `@counters` and `@timeseries` the names of these
 */
export function documentCutter(fields: readonly string[]): (json: Uint8Array) => Uint8Array {
  const paths = fields.map((field) => pathOf(field));
  const wanted = wantedBy([...paths, ...NEEDED.map((name) => [METADATA, name])]);
  return (json) => Buffer.from(cutObject(Buffer.from(json).toString('utf8'), wanted));
}

function pathOf(field: string): string[] {
  return Object.values<string>(EXTRAS).includes(field) ? [METADATA, field] : field.split('.');
}

function wantedBy(paths: readonly (readonly string[])[]): Wanted {
  const byName = Map.groupBy(paths, ([name = '']) => name);
  return new Map(
    [...byName].map(([name, those]) => {
      const rest = those.map((path) => path.slice(1));
      return [name, rest.some((path) => path.length === 0) ? null : wantedBy(rest)];
    }),
  );
}

function cutObject(text: string, wanted: Wanted): string {
  const kept: string[] = [];
  scanMembers(text, (member) => {
    const within = wanted.get(memberName(text, member));
    if (within === undefined) return;
    const value = cutValue(text.slice(member.valueStart, member.valueEnd), within);
    if (value !== null) kept.push(`${text.slice(member.nameStart, member.nameEnd)}:${value}`);
  });
  return `{${kept.join(',')}}`;
}

/** Null where a path leads into what has no parts: it is not what was shared. */
function cutValue(text: string, wanted: Wanted | null): string | null {
  if (wanted === null) return text;
  if (text.startsWith('{')) return cutObject(text, wanted);
  if (!text.startsWith('[')) return null;
  const kept: string[] = [];
  scanElements(text, (start, end) => {
    const element = cutValue(text.slice(start, end), wanted);
    if (element !== null) kept.push(element);
  });
  return `[${kept.join(',')}]`;
}
