import { describe, expect, it } from '@jest/globals';
import { compileScript } from '../compile/compile-script.ts';
import { describeFailure } from './describe-failure.ts';

const failing = (script: string, reason: string, stack: string) =>
  describeFailure(compileScript({ name: 'test', collection: 'Users', script }), {
    kind: 'thrown',
    reason,
    stack,
  });

describe('a failure in terms of the user\u2019s own text', () => {
  it('names what was called, at the end of a line however long', () => {
    const filler = `/*${'a'.repeat(60_000)}*/`;
    const script = `${filler} f.go(); loadToUsers({}); function f() {}`;
    const [, , rewritten = ''] = compileScript({ name: 'test', collection: 'Users', script }).program.split(
      '\n',
    );
    const at = rewritten.indexOf('.go') + '.go'.length + 1;
    const { line, reason } = failing(script, 'TypeError: not a function', `at script:3:${at}`);
    expect([line, reason]).toEqual([1, 'TypeError: f.go is not a function']);
  });

  it('looks at no more of a line than a name could need, however often the name could begin', () => {
    const script = `${'a'.repeat(60_000)}; loadToUsers({})`;
    const { reason } = failing(script, 'TypeError: not a function', 'at script:3:60001');
    expect(reason.length).toBeLessThan(300);
  });

  it('believes no place that the script does not have', () => {
    const { reason } = failing('loadToUsers({})', 'TypeError: not a function', 'at script:999999999:1');
    expect(reason).toBe('TypeError: not a function');
  });
});
