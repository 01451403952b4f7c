import { describe, expect, it } from '@jest/globals';
import { refuseFields } from './no-fields.ts';

describe('a body in which nothing is expected', () => {
  it.each(['', ' \n', '{}'])('may be absent or empty: %j', (text) => {
    expect(() => refuseFields(text)).not.toThrow();
  });

  it.each(['{', '[]', '5', 'null', '"x"', '{"force":true}', '{"__proto__":1}'])('is refused: %s', (text) => {
    expect(() => refuseFields(text)).toThrow(expect.objectContaining({ name: 'ProblemError' }));
  });

  it('has each field named that nobody hears', () => {
    expect(() => refuseFields('{"a/b":1,"from":"beginning"}')).toThrow(
      expect.objectContaining({
        errors: [
          expect.objectContaining({ pointer: '/a~1b' }),
          expect.objectContaining({ pointer: '/from' }),
        ],
      }),
    );
  });
});
