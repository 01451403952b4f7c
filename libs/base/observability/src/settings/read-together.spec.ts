import { describe, expect, it, jest } from '@jest/globals';
import { Logger, Module, type Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { isReadAtStart, readTogether } from './read-together.ts';

class WrongError extends Error {}

/** A module with settings that are read by `read`. */
function moduleWith(read: () => unknown): Type {
  const token = isReadAtStart(Symbol('settings'));
  @Module({
    providers: [
      {
        provide: token,
        inject: [ModulesContainer],
        useFactory: (modules: ModulesContainer) => readTogether(modules, token, read),
      },
    ],
  })
  class WithSettings {}
  return WithSettings;
}

async function start(...readers: (() => unknown)[]): Promise<unknown> {
  @Module({ imports: readers.map(moduleWith) })
  class Application {}
  const context = await NestFactory.createApplicationContext(Application, {
    logger: false,
    abortOnError: false,
  });
  await context.close();
  return 'started';
}

const wrong = (message: string) => () => Promise.reject(new WrongError(message));

describe('The settings of an application', () => {
  it('are read, each by its own reader', async () => {
    await expect(
      start(
        () => 1,
        () => Promise.resolve(2),
      ),
    ).resolves.toBe('started');
  });

  it('that cannot be used are told together, whichever is read first', async () => {
    const late = async () => {
      await new Promise(setImmediate);
      throw new WrongError('b is wrong');
    };
    for (const readers of [
      [wrong('a is wrong'), () => 'right', late],
      [late, wrong('a is wrong')],
    ]) {
      const error = await start(...readers).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WrongError);
      expect((error as Error).message.split('\n').toSorted()).toEqual(['a is wrong', 'b is wrong']);
    }
  });

  it('are told once where several parts have the same fault', async () => {
    const both = ['A:\n  - x\n  - y', 'B:\n  - y'].map(wrong);
    await expect(start(...both)).rejects.toThrow(/^A:\n  - x\n  - y$/);
  });

  it('that wait for something else do not keep back the faults of the others', async () => {
    const never = () => new Promise(() => undefined);
    await expect(start(wrong('a is wrong'), never)).rejects.toThrow(/^a is wrong$/);
  });

  it('of one application are not told with those of another', async () => {
    await expect(start(wrong('a is wrong'))).rejects.toThrow(/^a is wrong$/);
    await expect(start(wrong('b is wrong'))).rejects.toThrow(/^b is wrong$/);
  });

  it('are told once for an application when the name of one is misspelt', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    process.env['SPARK_STOER'] = 'ravendb';
    try {
      await start(
        () => 1,
        () => 2,
      );
      expect(warn.mock.calls.flat()).toEqual([
        'SPARK_STOER is not read: did you mean SPARK_STORE? Rename or unset it',
      ]);
    } finally {
      delete process.env['SPARK_STOER'];
      warn.mockRestore();
    }
  });
});
