import fc from 'fast-check';

const FIELDS = ['A', 'B', 'N', 'T', 'O', 'L', 'Nope'];
const field = fc.constantFrom(...FIELDS).map((name) => `this.${name}`);
const key = fc.constantFrom('a', 'b', 'Name', 'ä', 'x y');
const constant = fc.constantFrom(
  '1',
  '0',
  '-1',
  '2.5',
  '1e3',
  '"t"',
  '""',
  'true',
  'false',
  'null',
  'undefined',
);
// RavenDB's `==` has faults (null with nothing, an empty text with 0 or false), so these cannot be compared.
const comparison = fc.constantFrom(
  '== null',
  '!= undefined',
  '== "t"',
  '== 1',
  '=== null',
  '=== undefined',
  '!== 0',
  '=== ""',
  '=== false',
);
/** What people do with texts, lists, numbers, dates and chains. Parsing a text as a date, or as a name, is left out. */
const PHRASES = [
  'typeof this.Nope?.Deep.er',
  'typeof this.O?.Nope.er',
  'this.A?.Deep?.x.y ?? "none"',
  'typeof this.Nope?.trim().length',
  '(function () { return typeof this.A })()',
  '["b", "a", "C", "ä", "B", "a b", "a-b", id(this)].sort((a, b) => a.localeCompare(b))',
  '(this.N * 1234.5).toLocaleString()',
  '(this.N / 3).toFixed(2)',
  '(this.N * 1).toString(2)',
  'parseInt(this.N) + Number(this.Nope || 0)',
  'Math.max(1, ...(this.B?.Items || []))',
  'new Date(this.N * 86400000).toString()',
  'new Date(this.N * 86400000).toLocaleString()',
  'new Date(2024, this.N, 31).toISOString().split("T")[0]',
  'this.T.substring(1, 3)',
  'this.T.padStart(9, "*")',
  'this.T.replace(/[a-z]/g, x => x + x)',
  'this.L.join("-")',
  'this.L.map(x => typeof x)',
  'this.L.filter((x, i, all) => all.indexOf(x) === i)',
  'this.L.includes("t")',
  'this.L.find(x => x > 5)',
  'this.L.reduce((text, x) => text + x, "")',
  'this.L.slice(1)',
  'this.Nope.indexOf("a") > -1',
  'this.Nope.slice().sort()',
  'this.Nope.flatMap(x => x).length',
  'typeof this.Nope.find(x => x)',
  '[...(this.L || []), 1].length',
  '{ ...this.O, x: 1 }',
  'Object.entries(this.O || {}).map(([name]) => name)',
  'Object.assign({}, this.O)',
  'Array.isArray(this.B)',
  '((one = 5) => one)(this.Nope)',
  '(({ Deep = 1, Nope = 2, ...rest }) => [Nope, rest.z])(this.O || {})',
  'new Map([["n", this.N]]).get("n")',
  '[3, undefined, 10, 1].sort()',
];
const object = (value: fc.Arbitrary<string>) =>
  fc
    .uniqueArray(fc.tuple(key, value), { maxLength: 3, selector: ([name]) => name })
    .map((members) => `{ ${members.map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join(', ')} }`);

const expression = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    field,
    constant,
    field.map((text) => `${text}.Deep`),
    field.map((text) => `${text}.length`),
    field.map((text) => `typeof ${text}`),
    fc.constantFrom('id(this)', 'this.O.Deep.er', 'this.L[0]', 'this["N"]', 'this.T?.x', 'kept'),
    fc
      .tuple(tie('value'), fc.constantFrom('+', '<', '&&', '||', '??'), tie('value'))
      .map(([one, operator, other]) => `((${one}) ${operator} (${other}))`),
    fc.tuple(tie('value'), comparison).map(([one, compared]) => `((${one}) ${compared})`),
    fc.tuple(field, tie('value'), tie('value')).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    object(tie('value')),
    fc.constantFrom(
      'this.L.map(x => x)',
      'this.L.filter(x => x != null)',
      'this.T.toUpperCase()',
      'Object.keys(this.O)',
      'this.T.split("")',
      'this.T.trim().length',
      'this.B.trim().split(",").length',
      'this.A.Items.concat([1])',
      'this.Nope.map(x => x).length',
      'load("users/none").Name',
      'typeof load(this.T)',
      'JSON.stringify({ n: this.N })',
      '`${this.T}-${this.N}`',
      'Math.round(this.N * 100) / 100',
    ),
    fc.constantFrom(...PHRASES),
  ),
})).value;

const load = fc
  .tuple(fc.constantFrom('Users', 'People', 'OrderLines', 'users'), object(expression))
  .map(([target, value]) => `loadTo${target}(${value});`);
const change = fc.oneof(
  fc.tuple(field, expression).map(([target, value]) => `${target} = ${value};`),
  fc.constantFrom('this.L.push(1);', 'this.O.Deep = 1;', 'kept = this.O;', 'this.B = this.O;', 'this.N++;'),
  fc.constantFrom(
    'this.L = (this.L || []).concat([1]);',
    'this.O = { ...this.O, New: 1 };',
    'this.B = [...(this.L || [])];',
    'this.T += "x";',
    'this.A ??= 1;',
  ),
);
const simple = fc.oneof({ weight: 3, arbitrary: load }, { weight: 2, arbitrary: change });
const statement = fc.oneof(
  { weight: 4, arbitrary: simple },
  fc.tuple(expression, simple, simple).map(([test, yes, no]) => `if (${test}) { ${yes} } else { ${no} }`),
  fc
    .tuple(fc.constantFrom('this.L', 'this.Nope', '[1, this.N]'), load)
    .map(([list, body]) => `for (const item of ${list} || []) { ${body} }`),
  fc.tuple(expression).map(([test]) => `if (${test}) return;`),
  load.map((body) => `for (const name of Object.keys(this.O || {})) { ${body} }`),
  fc
    .tuple(simple, simple)
    .map(([one, other]) => `switch (this.N) { case 0: ${one} break; default: ${other} }`),
  fc
    .tuple(load, load)
    .map(([one, other]) => `try { if (this.A) throw new Error("no"); ${one} } catch (e) { ${other} }`),
);

/** A script of loads, changes, conditions and loops; it may finally load the document itself. */
export const etlScript: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(statement, { maxLength: 4 }),
    fc.constantFrom('loadToUsers(this);', 'loadToPeople(this);', 'if (this.A) loadToUsers(this);', '', ''),
    fc.boolean(),
    // Only at the end: in RavenDB a deleted field can still be read, and reappears when it was.
    fc.constantFrom('', '', 'delete this.L;', 'delete this.O;', 'delete this.Nope;'),
  )
  .map(([statements, last, isPlain, deletion]) => {
    const body = isPlain ? statements.filter((text) => text.startsWith('loadTo')) : statements;
    return `let kept = null;\n${body.join('\n')}\n${deletion}\n${last}\n// loadToUsers(`;
  });

const scalar = fc.oneof(
  fc.constantFrom('1.10', '9007199254740993', '1.0', '1e3', '-1E+2', '0', '7', '123456.789', '0.1'),
  fc.integer().map(String),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => JSON.stringify(text.toWellFormed())),
  fc.constantFrom('true', 'false', 'null', '"2020-01-01T00:00:00.1234567Z"', '"\\u0001\\"\\\\/"'),
);
const list = fc.array(scalar, { maxLength: 3 }).map((items) => `[${items.join(',')}]`);
const nested = fc
  .tuple(scalar, list)
  .map(([deep, items]) => `{"Deep":${deep},"Items":${items},"z":1,"a":{}}`);

/** A document's text as someone might store it, with any of its fields present or missing. */
export const etlDocument: fc.Arbitrary<string> = fc
  .record(
    {
      A: fc.oneof(scalar, nested),
      B: fc.oneof(list, scalar),
      N: fc.constantFrom('1.50', '3', '0', '-2.25', '1000000'),
      T: fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => JSON.stringify(text.toWellFormed())),
      O: nested,
      L: list,
    },
    { requiredKeys: [] },
  )
  .map((fields) => {
    const members = Object.entries(fields).map(([name, text]) => `"${name}":${text}`);
    return `{${[...members, '"@metadata":{"@collection":"Users","Own":1}'].join(',')}}`;
  });
