import { describe, expect, it } from '@jest/globals';
import { unkeptParts } from './unkept-parts.ts';

/** As the parsers of uploads give it: each file refers to the whole body. */
function upload(mostLooks: number): object {
  let looks = 0;
  const body = {
    get file(): object {
      if (++looks > mostLooks) throw new Error('It is looked at again and again');
      return { name: 'a.txt', size: Infinity, fields: body };
    },
  };
  return body;
}

class Upload {
  size = Infinity;
}

describe('What cannot be kept of a body', () => {
  it('is found in one that refers to itself', () => {
    expect(unkeptParts(upload(1))).toMatchObject([{ pointer: '/file/size' }]);
  });

  it.each([
    ['bytes', Buffer.from('x')],
    ['numbers', Float64Array.of(Infinity)],
    ['an object of a class', new Upload()],
    ['such an object in a field', { file: new Upload(), more: [new Upload()] }],
  ])('is not looked for in what no JSON has become: %s', (_, body) => {
    expect(unkeptParts(body)).toEqual([]);
  });

  it('is found in an object without a prototype', () => {
    expect(unkeptParts(Object.assign(Object.create(null), { size: Infinity }))).toHaveLength(1);
  });
});
