import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { memberName, skipBlanks, skipString, skipValue } from '../documents/scan-members.ts';

/** Which members of an object stay: all of a member's value (null), or parts of it. */
type Wanted = ReadonlyMap<string, Wanted | null>;

const METADATA = '@metadata';
/** Without these a document is not one: they say what it is, and nothing of what is in it. */
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
  return (json) => Buffer.from(cutObject(decodeUtf8(json), wanted));
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

/** An object or list that is being cut: what stays of it, and whether something has. */
interface Open {
  isList: boolean;
  wanted: Wanted;
  isEmpty: boolean;
}

const OPEN_BRACE = '{';
const OPEN_LIST = '[';

/** From left to right and without recursion: a document may be nested as deep as its text is long. */
function cutObject(text: string, wanted: Wanted): string {
  const kept: string[] = [];
  const opened: Open[] = [];
  let at = skipBlanks(text, 0);
  if (text[at] !== OPEN_BRACE) throw new SyntaxError('the JSON text is not an object');
  const open = (bracket: string, within: Wanted): void => {
    kept.push(bracket);
    opened.push({ isList: bracket === OPEN_LIST, wanted: within, isEmpty: true });
    at = skipBlanks(text, at + 1);
  };
  open(OPEN_BRACE, wanted);
  for (let inner = opened.at(-1); inner; inner = opened.at(-1)) {
    if (text[at] === ',') at = skipBlanks(text, at + 1);
    if (text[at] === (inner.isList ? ']' : '}')) {
      kept.push(inner.isList ? ']' : '}');
      opened.pop();
      at = skipBlanks(text, at + 1);
      continue;
    }
    let name = '';
    let within: Wanted | null | undefined = inner.wanted;
    if (!inner.isList) {
      const nameStart = at;
      if (text[at] !== '"') throw new SyntaxError('the JSON text ends inside an object');
      const nameEnd = skipString(text, at);
      at = skipBlanks(text, skipBlanks(text, nameEnd) + 1);
      within = inner.wanted.get(memberName(text, { nameStart, nameEnd }));
      name = `${text.slice(nameStart, nameEnd)}:`;
    }
    const first = text[at];
    const hasParts = first === OPEN_BRACE || first === OPEN_LIST;
    // Where a path leads into what has no parts, it is not what was shared.
    const isKept = within === null || (within !== undefined && hasParts);
    if (isKept) {
      kept.push(inner.isEmpty ? name : `,${name}`);
      inner.isEmpty = false;
    }
    if (within && hasParts) {
      open(first, within);
      continue;
    }
    const end = skipValue(text, at);
    if (end === at) throw new SyntaxError('the JSON text ends inside a value');
    if (isKept) kept.push(text.slice(at, end));
    at = skipBlanks(text, end);
  }
  return kept.join('');
}
