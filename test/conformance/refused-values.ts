const circle: Record<string, unknown> = { name: 'x' };
circle['self'] = { inner: [circle] };
/** Values that no store takes: what each is, a field that has it, where in the field it is, and what the refusal says about it. */
export const REFUSED_VALUES: readonly [what: string, field: unknown, path: string, message: RegExp][] = [
  ['a Map', new Map([['a', 1]]), 'value', /is a Map.*mapOf/],
  ['a Set', new Set([1]), 'value', /is a Set.*setOf/],
  ['NaN', Number.NaN, 'value', /is NaN/],
  ['infinity', -Infinity, 'value', /is -Infinity/],
  ['an invalid Date', new Date(Number.NaN), 'value', /invalid Date/],
  ['a Date after the year 9999', new Date(8.64e15), 'value', /year 275760/],
  ['a bigint', 5n, 'value', /is a bigint.*BigInt/],
  ['a circle', circle, 'value.self.inner[0]', /that contains it/],
  ['a function', () => 1, 'value', /is a function/],
  ['a symbol', Symbol('x'), 'value', /is a symbol/],
  ['undefined in a list', [1, undefined], 'value[1]', /undefined, or missing/],
  // oxlint-disable-next-line no-sparse-arrays
  ['a list with a hole', [1, , 3], 'value[1]', /undefined, or missing/],
  ['a function in a list', [() => 1], 'value[0]', /is a function/],
  ['a Buffer', Buffer.from('x'), 'value', /is a Buffer.*converter/],
  ['a typed array', new Float64Array(2), 'value', /is a Float64Array/],
  ['an ArrayBuffer', new ArrayBuffer(2), 'value', /is an ArrayBuffer/],
  ['a promise that nobody waited for', Promise.resolve(1), 'value', /is a Promise.*Wait/],
  ['a regular expression', /x/, 'value', /is a RegExp/],
  ['an error', new Error('x'), 'value', /is an Error/],
  ['a WeakMap', new WeakMap(), 'value', /is a WeakMap/],
  [
    'what toJSON makes, when that cannot be stored',
    { toJSON: () => ({ n: Number.NaN }) },
    'value.n',
    /is NaN/,
  ],
  ['something deep inside', { a: [{ b: { c: Number.NaN } }] }, 'value.a[0].b.c', /is NaN/],
  ['halves of surrogate pairs', 'x\ud800', '', /half a surrogate pair/],
];
