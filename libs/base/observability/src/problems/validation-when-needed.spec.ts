import { expect, it, jest } from '@jest/globals';
import { IsInt } from 'class-validator';

import { loadValidation, validationWhenNeeded } from './validation-when-needed.ts';

class Ball {
  @IsInt()
  size!: number;
}

it('what cannot be loaded for one value is loaded for the next', async () => {
  const load = jest.fn(loadValidation).mockImplementationOnce(() => {
    throw new Error('too many open files');
  });
  const pipe = validationWhenNeeded(load);
  const take = (value: object): unknown => pipe.transform(value, { type: 'body', metatype: Ball });
  expect(load).not.toHaveBeenCalled();
  await expect(take({ size: 1 })).rejects.toThrow('too many open files');
  expect(await take({ size: 1 })).toEqual(Object.assign(new Ball(), { size: 1 }));
  await expect(take({ size: 'large' })).rejects.toMatchObject({ kind: 'invalid' });
  expect(load).toHaveBeenCalledTimes(2);
});
