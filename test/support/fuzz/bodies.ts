import fc from 'fast-check';

/** JSON of any shape, names that mean something to JavaScript among it. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', 'toString', 'then', '', 'scripts'),
    fc.jsonValue(),
  ),
  fc.constantFrom<unknown>(
    null,
    '',
    '*',
    '>',
    '../..',
    '\0',
    '\r\n',
    '\ud800',
    'ſ'.repeat(300),
    -0,
    1e308,
    2 ** 53,
  ),
);

/** Text that need not be JSON at all. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  anyJson.map((value) => JSON.stringify(value) ?? ''),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.nat(400).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.nat(200).map((depth) => '{"a":'.repeat(depth)),
  fc.string().map((text) => `{"requestingModule":${JSON.stringify(text)},"requestingModule":"HR"}`),
);

const expression = fc.oneof(
  fc.constantFrom(
    'this.Model',
    'this',
    'id(this)',
    'load("cars/1")',
    'load(["cars/1", null])?.Model',
    'this["@metadata"]',
    'new Date(NaN)',
    '/(a+)+$/.test("a".repeat(30) + "b")',
    'Array(1e9)',
    '"x".repeat(1e6)',
    'Symbol()',
    '10n',
    '() => {}',
    '(() => { throw 1 })()',
    'globalThis',
    'eval("1")',
    'Function("return this")()',
  ),
  fc.string({ maxLength: 30 }).map((text) => JSON.stringify(text)),
);

/** Scripts that can be read, or nearly; what they do is another matter. */
const script = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom('Model', '__proto__', 'é', '"a b"', '[1]'), expression), { maxLength: 4 })
    .map((fields) => `loadToCars({ ${fields.map(([name, value]) => `${name}: ${value}`).join(', ')} });`),
  fc
    .tuple(fc.string({ unit: 'binary', maxLength: 40 }), expression)
    .map(([a, b]) => `${a}; loadToCars({ A: ${b} })`),
  fc.constantFrom(
    '',
    'loadToCars',
    'loadToSparkKeys(this)',
    'for(;;);',
    'loadTo("Cars", this)',
    '#!x\nloadToCars({})',
  ),
);

/** A body that its schema takes, in the name of a module. */
export function deployBody(requestingModule: string): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      requestingModule: fc.constant(requestingModule),
      targetDatabase: fc.constant(`Spark${requestingModule}`),
      targetUrls: fc.constant(['http://127.0.0.1:8080']),
      scripts: fc.array(
        fc.record({ sourceCollection: fc.constantFrom('Cars', 'cars', 'Salaries', 'SparkKeys'), script }),
        {
          maxLength: 3,
        },
      ),
      revision: fc.nat(50),
    },
    { requiredKeys: ['requestingModule', 'targetDatabase', 'targetUrls', 'scripts'] },
  );
}

/** The same with one place of it replaced, doubled or taken away. */
export function bent(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(valid, fc.nat(), anyJson, fc.constantFrom('replace', 'remove', 'wrap'))
    .map(([value, at, other, how]) => {
      const copy = structuredClone(value);
      const places = placesOf(copy);
      const place = places[at % Math.max(1, places.length)];
      if (!place) return other;
      const { holder, key } = place;
      if (how === 'remove') delete holder[key];
      else holder[key] = how === 'wrap' ? [holder[key]] : other;
      return copy;
    });
}

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

function placesOf(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}
