import { describe, expect, it } from '@jest/globals';
import { collectionProblem, nameProblem } from './check-names.ts';

describe('names in declarations', () => {
  it.each(['Cars', 'car-brands', 'A', 'a_1'])('take %s', (name) => {
    expect(nameProblem(name)).toBeNull();
  });

  it.each(['', 'a b', 'a.b', '1a', 'a*', '>', 'a\nb', 'x'.repeat(65), null, undefined, 7])(
    'refuse %p',
    (name) => {
      expect(nameProblem(name)).not.toBeNull();
    },
  );

  it("refuse Spark's own collections in any case", () => {
    expect(collectionProblem('sparkkeys')?.problem).toContain('SparkKeys');
  });
});
