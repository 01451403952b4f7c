import { describe, expect, it } from '@jest/globals';
import { inspectScript } from './inspect-script.ts';

const fieldsOf = (script: string) => inspectScript({ name: 'test', collection: 'Users', script }).fields;

describe('The fields that a script can read', () => {
  it.each([
    ['loadToUsers({ a: this.A, b: this["B"].C })', ['A', 'B']],
    ['const { A, B: { C } } = this; loadToUsers({ A, C })', ['A', 'B']],
    ['loadToUsers({ a: id(this), m: getMetadata(this).X })', ['@metadata']],
    ['const f = () => this.A; loadToUsers({ a: f() })', ['A']],
    ['loadToUsers({ a: this?.A?.B, t: `${this.C}` })', ['A', 'B', 'C'].filter((name) => name !== 'B')],
    ['function f() { return this.Other } loadToUsers({ a: this.A })', ['A']],
    ['class X { y = this.Other; [this.K]() { return this } } loadToUsers({})', ['K']],
    ['this.A = 1; delete this.B; this.C++; loadToUsers({})', ['A', 'B', 'C']],
    ['loadToUsers({})', []],
  ])('are named for %s', (script, fields) => {
    expect(fieldsOf(script)?.toSorted()).toEqual([...fields].toSorted());
  });

  it.each([
    'loadToUsers(this)',
    'const self = this; loadToUsers({ a: self.A })',
    'loadToUsers({ ...this })',
    'const { A, ...rest } = this; loadToUsers(rest)',
    'loadToUsers({ a: this[name()] }); function name() { return "A" }',
    'loadToUsers({ a: this.hasOwnProperty("A") })',
    'loadToUsers({ a: (this.toString)() })',
    'loadToUsers({ a: this?.f() })',
    'loadToUsers({ a: "A" in this })',
    'loadToUsers({ a: JSON.stringify(this) })',
    'function f() { return this } loadToUsers({ a: f.call(this) })',
    'function id(x) { return x } loadToUsers({ a: id(this).A })',
    'loadToUsers({ a: eval("this.A") })',
    'loadToUsers({ a: arguments })',
    'function f(x = this) { return x } const g = (x = this) => x.A; loadToUsers({ a: g() })',
    'class X extends f(this) {} function f(x) { return x } loadToUsers({})',
  ])('are unknown for %s, so that the whole document goes in', (script) => {
    expect(fieldsOf(script)).toBeNull();
  });
});
