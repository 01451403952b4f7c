import { describe, expect, it } from '@jest/globals';
import { columnDefinitions } from './column-definitions.ts';

describe('the definitions of a table', () => {
  it('are as they were written, whatever is quoted in them', () => {
    const definitions = [
      `a INTEGER PRIMARY KEY`,
      `"b, (""c" TEXT DEFAULT 'it''s, (' CHECK ("b, (""c" <> ')')`,
      `[d, (] AS (substr(a, 1, 2)) STORED`,
      '`e, )` NUMERIC(10, 2)',
      `f /* , ( */ TEXT`,
      `g -- , (\n TEXT`,
      `CONSTRAINT "not, (this" CHECK (a IN (1, 2))`,
    ];
    expect(columnDefinitions(`CREATE TABLE "of, (all"(\n  ${definitions.join(',\n  ')}\n) STRICT`)).toEqual(
      definitions,
    );
  });

  it('are a single one for a single column', () => {
    expect(columnDefinitions('CREATE TABLE a (b)')).toEqual(['b']);
  });
});
