import { describe, expect, it } from '@jest/globals';
import { etagIn, soleEtag } from './change-vector.ts';

const own = 'v5OTFXKhTkOdlb8wHxWgag';

describe('a change vector', () => {
  it.each([
    [`A:12-${own}`, 12, 12],
    [`B:7-xxxxxxxxxxxxxxxxxxxxxx, A:12-${own}`, 12, null],
    [`A:12-${own}, B:7-xxxxxxxxxxxxxxxxxxxxxx`, 12, null],
    ['B:7-xxxxxxxxxxxxxxxxxxxxxx', null, null],
    ['', null, null],
  ])('%s has the etag %j of this database, and %j when it knows no other', (vector, etag, sole) => {
    expect(etagIn(vector, own)).toBe(etag);
    expect(soleEtag(vector, own)).toBe(sole);
  });
});
