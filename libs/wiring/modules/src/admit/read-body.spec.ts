import { expect, it, jest } from '@jest/globals';
import { readBody } from './read-body.ts';
import { IsSparkName } from './rules.ts';

class Wish {
  @IsSparkName()
  task!: string;
}

it('What cannot be loaded for one body is loaded for the next, with all rules', async () => {
  let times = 0;
  jest.doMock('class-transformer', () => {
    if (times++ === 0) throw new Error('too many open files');
    return jest.requireActual('class-transformer');
  });
  const read = (task: string): Promise<Wish> => readBody(Wish, Buffer.from(JSON.stringify({ task })));
  await expect(read('Cars')).rejects.toThrow('too many open files');
  await expect(read('1 car')).rejects.toMatchObject({ kind: 'invalid' });
  expect(await read('Cars')).toEqual(Object.assign(new Wish(), { task: 'Cars' }));
});
