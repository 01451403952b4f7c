import { describe, expect, it } from '@jest/globals';
import { acceptedPaths, pathOf } from './request-path.ts';

describe('the path that a token is for', () => {
  it.each([
    ['/spark/etl/deploy', '/spark/etl/deploy'],
    ['/spark/etl/deploy?a=1#b', '/spark/etl/deploy'],
    ['https://fleet.example:5001/spark/etl/deploy?x', '/spark/etl/deploy'],
    ['//evil/spark', '//evil/spark'],
    ['/a/../b', '/a/../b'],
  ])('of %s is %s', (htu, path) => {
    expect(pathOf(htu)).toBe(path);
  });

  it.each(['', 'spark/etl/deploy', 'ftp://x/y', 'http://'])('cannot be told from %p', (htu) => {
    expect(pathOf(htu)).toBeNull();
  });

  it('may have the path of the public URL in front, which a proxy takes away', () => {
    expect(acceptedPaths('/spark/x', 'https://host/fleet/')).toEqual(['/spark/x', '/fleet/spark/x']);
    expect(acceptedPaths('/spark/x?y', 'https://host')).toEqual(['/spark/x']);
    expect(acceptedPaths('*', 'no address')).toEqual(['*']);
  });
});
