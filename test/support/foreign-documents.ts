import fc from 'fast-check';

/** A JSON value as some client has written it: every sign of it is known. */
export type Written =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: Written[] }
  | { kind: 'object'; members: [name: string, value: Written, isAdded?: 'added'][] };

/** What is done to a document in TypeScript; a path names members as there, items by their places. */
export type Change =
  | { do: 'set'; path: (string | number)[]; to: string | number | boolean | null }
  | { do: 'remove'; path: (string | number)[] }
  | { do: 'add'; path: (string | number)[]; name: string; value: string | number };

/** Blanks around the signs; RavenDB keeps none, SQLite every one. */
export interface Layout {
  before: string;
  after: string;
}
export const DENSE: Layout = { before: '', after: '' };

export function write(value: Written, { before, after }: Layout): string {
  const inner = (one: Written): string => write(one, { before, after });
  if (value.kind === 'text') return value.text;
  if (value.kind === 'list') {
    const items = value.items.map((item) => `${before}${inner(item)}`);
    return items.length === 0 ? `[${after}]` : `[${items.join(',')}${after}]`;
  }
  const members = value.members.map(([name, one, isAdded]) =>
    isAdded
      ? `${JSON.stringify(name)}:${inner(one)}`
      : `${before}${JSON.stringify(name)}:${after}${inner(one)}`,
  );
  return members.length === 0 ? `{${after}}` : `{${members.join(',')}${after}}`;
}

const numbers =
  '0 1 -7 9007199254740993 12345678901234567890 1.10 2.50 1e3 -0.0 0.1234567890123456789 100000000000000000000.00 5e-324 1E+2 -9223372036854775808'.split(
    ' ',
  );
const texts = [
  '"x"',
  '""',
  '"Zoë 😀"',
  '"2024-01-02T03:04:05.1234567Z"',
  '"a\\"b\\\\c\\n"',
  '"\\u0001"',
  '"Fleet.Car, Fleet"',
  '"{\\"Model\\":1}"',
  'true',
  'false',
  'null',
];
const scalar: fc.Arbitrary<Written> = fc
  .constantFrom(...numbers, ...texts)
  .map((text) => ({ kind: 'text', text }));

// As a .NET class, as Node and Python write, as dictionaries have keys, as tools mark types.
const pascal = ['Model', 'Name', 'Owner', 'Total', 'VIN', 'A'];
const small = ['plate', 'name', 'owner_name', 'total', 'a'];
const keys = [
  'eur',
  'USD',
  '10',
  '2',
  '',
  'é',
  'É',
  'a.b',
  'x y',
  '_id',
  '__proto__',
  'constructor',
  'toJSON',
];
const marks = ['$type', '$id', '@type', '$ref', '$Odd', '$$x', 'Id'];

function objectOf(value: fc.Arbitrary<Written>): fc.Arbitrary<Written> {
  const name = fc.oneof(
    fc.constantFrom(...pascal),
    fc.constantFrom(...small),
    fc.constantFrom(...keys),
    fc.constantFrom(...marks),
  );
  return fc
    .uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 7 })
    .map((members) => ({ kind: 'object', members }));
}

/** Items that can be told apart by what they read as, so that there is one right answer where some are gone. */
function listOf(object: fc.Arbitrary<Written>): fc.Arbitrary<Written> {
  const distinct = ['9007199254740993', '1.10', '2.0', '3e0', '"x"', 'null'];
  const plain = fc
    .uniqueArray(fc.constantFrom(...distinct))
    .map((items): Written => ({ kind: 'list', items: items.map((text) => ({ kind: 'text', text })) }));
  const objects = fc.array(object, { maxLength: 4 }).map((items): Written => ({
    kind: 'list',
    items: items.map((item, index) => ({
      kind: 'object',
      members: [
        ['Sku', { kind: 'text', text: `"s${index}"` }],
        ...(item.kind === 'object' ? item.members.filter(([name]) => !/^sku$/i.test(name)) : []),
      ],
    })),
  }));
  return fc.oneof(plain, objects);
}

const leafy = objectOf(scalar);
const inner = objectOf(fc.oneof(scalar, leafy, listOf(leafy)));
const anyValue = fc.oneof({ weight: 2, arbitrary: scalar }, inner, listOf(inner));

export const foreignDocument = objectOf(anyValue);

/** Of what RavenDB, its clients and applications put there; in the order in which RavenDB answers it. */
export const foreignMetadata: fc.Arbitrary<string> = fc
  .subarray([
    '"@expires":"2090-01-01T00:00:00.0000000Z"',
    '"@nested-object-types":{"at":"date"}',
    '"@refresh":"2090-01-01T00:00:00.0000000Z"',
    '"Big":9007199254740993',
    '"Nested":{"list":[1.10,{"a":1e3}]}',
    '"Raven-Clr-Type":"Fleet.Car, Fleet"',
    '"Raven-Python-Type":"fleet.Car"',
    '"own":1.10',
  ])
  .map((members) => `{${members.join(',')}}`);

/** Changes to what can be seen of a document in TypeScript, each at another place. */
export function changesOf(document: Written): fc.Arbitrary<Change[]> {
  const places = placesIn(document, []);
  const change = fc.oneof(
    ...(places.scalars.length > 0
      ? [
          fc.record({
            do: fc.constant('set' as const),
            path: fc.constantFrom(...places.scalars),
            to: fc.constantFrom('new', 4.25, 77, false, 'Größe'),
          }),
        ]
      : []),
    ...(places.members.length > 0
      ? [fc.record({ do: fc.constant('remove' as const), path: fc.constantFrom(...places.members) })]
      : []),
    fc.record({
      do: fc.constant('add' as const),
      path: fc.constantFrom(...places.objects),
      name: fc.constantFrom('fresh', 'Grown', '@odd'),
      value: fc.constantFrom(5, 6.5),
    }),
  );
  // One inside of the other would make two answers right.
  return fc.uniqueArray(change, { maxLength: 3, selector: ({ path }) => String(path[0] ?? '') });
}

interface Places {
  scalars: (string | number)[][];
  members: (string | number)[][];
  objects: (string | number)[][];
}

function placesIn(value: Written, path: (string | number)[]): Places {
  const places: Places = { scalars: [], members: [], objects: [] };
  const join = (more: Places): void => {
    places.scalars.push(...more.scalars);
    places.members.push(...more.members);
    places.objects.push(...more.objects);
  };
  if (value.kind === 'text') places.scalars.push(path);
  if (value.kind === 'list') value.items.forEach((item, index) => join(placesIn(item, [...path, index])));
  if (value.kind === 'list') value.items.forEach((_, index) => places.members.push([...path, index]));
  if (value.kind === 'object') {
    places.objects.push(path);
    for (const [name, one] of value.members) {
      const local = localOf(name, value.members);
      // What tells items apart stays; the prototype and the document's own id are not fields.
      if (local === null || ['sku', '__proto__'].includes(local) || (local === 'id' && path.length === 0))
        continue;
      places.members.push([...path, local]);
      join(placesIn(one, [...path, local]));
    }
  }
  return places;
}

/** The name in TypeScript; null where another member has it. */
function localOf(name: string, members: readonly (readonly [string, ...unknown[]])[]): string | null {
  const names = members.map(([other]) => other);
  const isShadowed = /^[a-z]/.test(name) && names.includes(name.charAt(0).toUpperCase() + name.slice(1));
  if (isShadowed) return null;
  if (/^[A-Z]/.test(name)) return name.charAt(0).toLowerCase() + name.slice(1);
  return /^\$([A-Z@]|\$)/.test(name) ? name.slice(1) : name;
}

/** What the changes come to in the store, sign by sign. */
export function changed(document: Written, changes: readonly Change[]): Written {
  return changes.reduce((value, change) => changedAt(value, change.path, change, true), document);
}

function changedAt(value: Written, path: (string | number)[], change: Change, isRoot: boolean): Written {
  const [step, ...rest] = path;
  if (step === undefined) return changedHere(value, change, isRoot);
  const isGone = change.do === 'remove' && rest.length === 0;
  if (value.kind === 'list') {
    if (isGone) return { kind: 'list', items: value.items.filter((_, index) => index !== step) };
    const items = value.items.map((item, index) =>
      index === step ? changedAt(item, rest, change, false) : item,
    );
    return { kind: 'list', items };
  }
  if (value.kind === 'text') throw new Error('there is nothing inside of a text');
  const { members } = value;
  const isMeant = (name: string): boolean => localOf(name, members) === step;
  if (isGone) return { kind: 'object', members: members.filter(([name]) => !isMeant(name)) };
  return {
    kind: 'object',
    members: members.map(([name, one, isAdded]) => [
      name,
      isMeant(name) ? changedAt(one, rest, change, false) : one,
      isAdded,
    ]),
  };
}

function changedHere(value: Written, change: Change, isRoot: boolean): Written {
  if (change.do === 'set') return { kind: 'text', text: JSON.stringify(change.to) };
  if (change.do === 'remove' || value.kind !== 'object') throw new Error('this cannot be changed here');
  const { members } = value;
  const letters = members.filter(([name]) => /^[a-z]/i.test(name));
  const isSmall = !isRoot && letters.length > 0 && letters.every(([name]) => /^[a-z]/.test(name));
  const isMarked = !/^[a-z]/.test(change.name);
  const capital = change.name.charAt(0).toUpperCase() + change.name.slice(1);
  const name = isMarked ? `$${change.name}` : isSmall ? change.name : capital;
  return {
    kind: 'object',
    members: [...members, [name, { kind: 'text', text: JSON.stringify(change.value) }, 'added']],
  };
}

/** The same changes to an entity, as an application makes them. */
export function applyTo(entity: object, changes: readonly Change[]): void {
  for (const change of changes) {
    const path = change.do === 'add' ? [...change.path, change.name] : change.path;
    const last = path.at(-1) ?? '';
    const parent: unknown = path
      .slice(0, -1)
      .reduce<unknown>((at, step) => Reflect.get(Object(at), step), entity);
    if (change.do === 'remove' && Array.isArray(parent)) parent.splice(Number(last), 1);
    else if (change.do === 'remove') Reflect.deleteProperty(Object(parent), last);
    else Reflect.set(Object(parent), last, change.do === 'set' ? change.to : change.value);
  }
}
