import fc from 'fast-check';

// Names that are easily mistaken: escaped, inherited, index-like, prefixes of each other, non-ASCII.
const NAMES = [
  'A',
  'AB',
  'a',
  'b c',
  '',
  'length',
  '1',
  '10',
  'ä',
  '😀',
  '"q"',
  'back\\slash',
  '\n',
  '@id',
  'toJSON',
];

const escaped = (text: string) =>
  `"${[...text].map((letter) => letter.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('')}"`;
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const jsonString = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(text, fc.boolean())
    .map(([value, isEscaped]) => (isEscaped ? escaped(value) : JSON.stringify(value)));
const jsonNumber = fc.oneof(
  fc.constantFrom(
    '-0',
    '0',
    '1.10',
    '1.1',
    '9007199254740993',
    '1e3',
    '1E+2',
    '-1.5e-7',
    '123456789012345678901234',
  ),
  fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,8})?$/),
);
const blank = fc.constantFrom('', '', '', ' ', '\n\t');
const nestedName = name.filter((text) => text !== '@metadata');

function objectText(names: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = fc.tuple(names, fc.boolean(), blank, value, blank);
  return fc.uniqueArray(member, { maxLength: 8, selector: ([own]) => own }).map((members) => {
    const written = members.map(
      ([own, isEscaped, before, text, after]) =>
        `${isEscaped ? escaped(own) : JSON.stringify(own)}${before}:${after}${text}${before}`,
    );
    return `{${written.join(',')}}`;
  });
}

const value = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    jsonString(fc.string({ unit: 'binary', maxLength: 12 })),
    jsonNumber,
    fc.constantFrom('true', 'false', 'null', '{}', '[]'),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 4 }), blank)
      .map(([items, space]) => `[${space}${items.join(`,${space}`)}]`),
    objectText(nestedName, tie('value')),
  ),
})).value;

/** A stored document's text: odd names and spellings, no name twice, metadata anywhere or absent. */
export const documentText: fc.Arbitrary<string> = fc
  .tuple(
    objectText(
      nestedName.filter((text) => text !== '__proto__'),
      value,
    ),
    fc.constantFrom('none', 'first', 'last'),
  )
  .map(([text, place]) => {
    const metadata = '"@metadata":{"@collection":"Users","A":1}';
    if (place === 'none') return text;
    const own = text.slice(1, -1);
    const parts = own === '' ? [metadata] : place === 'first' ? [metadata, own] : [own, metadata];
    return `{${parts.join(',')}}`;
  });

const quoted = (text: string) => JSON.stringify(text);
const scriptName = name.filter((text) => !/^\d+$/.test(text) && text !== '@metadata' && text !== '__proto__');
const fieldName = name.filter((text) => text !== '@metadata' && !(text in Object.prototype));
const constant = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }).map(quoted),
  fc.constantFrom('1.1', '0', '42', '1e21', '0x10', 'true', 'false', 'null'),
);
const members = (own: fc.Arbitrary<string>) =>
  fc
    .uniqueArray(fc.tuple(scriptName, own), { maxLength: 6, selector: ([key]) => key })
    .map((pairs) => pairs.map(([key, text]) => `${quoted(key)}: ${text}`));
const picked = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fieldName.map((text) => (/^[a-zA-Z]+$/.test(text) ? `this.${text}` : `this[${quoted(text)}]`)),
    constant,
    fc.constant('id(this)'),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    members(tie('value')).map((list) => `{ ${list.join(', ')} }`),
  ),
})).value;
const metadata = fc.option(
  fc
    .tuple(
      members(constant),
      fc.constantFrom([], [`'@collection': 'Zed'`], [`'@flags': 1`, `"@expires": 'x'`]),
    )
    .map(([own, special]) => [
      `'@metadata': { ${[...own.filter((text) => !text.startsWith('"@')), ...special].join(', ')} }`,
    ]),
  { nil: [] },
);
const load = fc
  .tuple(
    fc.constantFrom('loadToUsers(', 'loadTousers(', "loadTo('People',", 'loadToOrderLines('),
    members(picked),
    metadata,
  )
  .map(([call, own, meta]) => `${call}{ ${[...own, ...meta].join(', ')} });`);

/** A script that only picks fields. */
export const projectionScript: fc.Arbitrary<string> = fc
  .array(load, { minLength: 1, maxLength: 3 })
  .map((loads) => loads.join('\n'));
