import { describe, expect, it } from '@jest/globals';
import { OWN_ID } from '../json/project.ts';
import { findProjection } from './find-projection.ts';
import { findTargets } from './find-targets.ts';
import { parseScript } from './parse-script.ts';

function projectionOf(script: string) {
  const { tree } = parseScript(script);
  if (!tree) throw new Error(`no syntax tree: ${script}`);
  return findProjection(tree, findTargets(script));
}

describe('A script that only picks', () => {
  it('is read as text with gaps, its own metadata taken apart beforehand', () => {
    const script = `loadToCars({ A: this.A, 'b c': [1.50, this['B'], id(this)], x: { y: null, z: this.A },
      '@metadata': { '@collection': 'Zed', own: { a: 1 }, '@id': 'x' } });; loadTo('People', {})`;
    expect(projectionOf(script)).toEqual({
      fields: ['A', 'B'],
      loads: [
        {
          target: 'Cars',
          collection: 'Zed',
          metadata: '{"own":{"a":1}}',
          texts: ['{"A":', ',"b c":[1.5,', ',', '],"x":{"y":null,"z":', '}}'],
          gaps: [0, 1, OWN_ID, 0],
        },
        { target: 'People', texts: ['{}'], gaps: [] },
      ],
    });
  });

  it.each([
    'loadToCars(this)',
    'if (this.A) loadToCars({ A: this.A })',
    'const a = 1; loadToCars({ a })',
    'function id() { return 1 } loadToCars({ a: id(this) })',
    'function deleteDocumentsBehavior() { return false } loadToCars({ A: this.A })',
    '"loadToCars"; loadToCars({ A: this.A })',
    'return loadToCars({ A: this.A })',
    'loadToCars({ A: this.A }), loadToCars({})',
    'loadToCars({ A: this.A }).addCounter("x")',
    'loadToCars({ A: this.A }, 1)',
    'loadToCars({ A: this.A }, ...[])',
    'loadToCars(...[{ A: this.A }])',
    'loadToCars?.({ A: this.A })',
    'loadToCars({}); loadTo("Cars")',
    'loadToCars([this.A])',
    'loadToCars({}); loadTo ("People", {})',
    'loadToCars({}); loadTo("Cars", {}, 1)',
    'loadToCars({}); loadTo(this.A, {})',
    'loadToCars({}); loadToC\\u0061rs2({})',
    'loadToCars({}); id(this)',
    'loadToCars({ A: this.A.B })',
    'loadToCars({ A: this?.A })',
    'loadToCars({ A: this[0] })',
    'loadToCars({ A: this[`A`] })',
    'loadToCars({ A: this[this.B] })',
    'loadToCars({ A: this })',
    'loadToCars({ A: that.A })',
    'loadToCars({ A: this.toString })',
    'loadToCars({ A: this.constructor })',
    'loadToCars({ A: this.__proto__ })',
    "loadToCars({ A: this['@metadata'] })",
    'loadToCars({ A: this.A() })',
    'loadToCars({ A: id() })',
    'loadToCars({ A: id(this, 1) })',
    'loadToCars({ A: id(...this) })',
    'loadToCars({ A: id(this.A) })',
    'loadToCars({ A: load(this.A) })',
    'loadToCars({ A: this.A + 1 })',
    'loadToCars({ A: this.A ?? 1 })',
    'loadToCars({ A: this.A = 1 })',
    'loadToCars({ A: 1n })',
    'loadToCars({ A: /x/ })',
    'loadToCars({ A: 1e400 })',
    'loadToCars({ A: undefined })',
    'loadToCars({ A: `x` })',
    "loadToCars({ A: '\\ud800' })",
    "loadToCars({ '\\ud800': 1 })",
    'loadToCars({ A: 1, A: 2 })',
    "loadToCars({ A: 1, 'A': 2 })",
    'loadToCars({ 1: 1 })',
    "loadToCars({ b: 1, '1': 1 })",
    'loadToCars({ __proto__: { a: 1 } })',
    'loadToCars({ ["A"]: 1 })',
    'loadToCars({ ...this })',
    'loadToCars({ ...{ A: 1 } })',
    'loadToCars({ get A() { return 1 } })',
    'loadToCars({ A() {} })',
    'loadToCars({ A: () => 1 })',
    'loadToCars({ A: [1, , 2] })',
    'loadToCars({ A: [...this.A] })',
    "loadToCars({ A: { '@metadata': {} } })",
    "loadToCars({ '@metadata': null })",
    "loadToCars({ '@metadata': 'x' })",
    "loadToCars({ '@metadata': this.A })",
    "loadToCars({ '@metadata': { a: this.A } })",
    "loadToCars({ '@metadata': { a: id(this) } })",
    "loadToCars({ '@metadata': {}, '@metadata': {} })",
    '/* loadToCars */',
  ])('is not %s', (script) => {
    expect(projectionOf(script)).toBeNull();
  });
});
