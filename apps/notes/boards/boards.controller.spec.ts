import { expect, it } from '@jest/globals';
import { type Repository, VERSION, VersionConflictError } from '@nestjs-spark/contracts';
import type { RemoteReads } from '@nestjs-spark/peers';
import type { Response } from 'express';
import type { Board } from './board.ts';
import { BoardsController } from './boards.controller.ts';

it('changes the fields that a PATCH names, and no other', async () => {
  const asked: unknown[] = [];
  const boards = {
    patch: async (id: string, changes: unknown) => {
      asked.push({ ...(changes as object) });
      return { id };
    },
    put: async (id: string, board: unknown) => {
      asked.push({ ...(board as object) });
      return { id };
    },
  } as unknown as Repository<Board>;
  const response = { setHeader: () => undefined } as unknown as Response;
  const controller = new BoardsController(boards, {} as RemoteReads);
  await controller.patch('boards/1', { title: 'x' }, response);
  await controller.put('boards/1', { title: 'x' }, response);
  expect(asked).toEqual([{ title: 'x' }, { title: 'x', tags: [] }]);
});

it('deletes only the version that If-Match names, also when it changes after it was read', async () => {
  const asked: unknown[] = [];
  const boards = {
    get: async (id: string) => ({ id, [VERSION]: 'abcd:1' }),
    delete: async (id: string, options: unknown) => {
      asked.push(options);
      throw new VersionConflictError(id);
    },
  } as unknown as Repository<Board>;
  const controller = new BoardsController(boards, {} as RemoteReads);
  await expect(controller.delete('boards/1', '"abcd:1"')).rejects.toMatchObject({ status: 412 });
  await expect(controller.delete('boards/1')).rejects.toThrow(VersionConflictError);
  expect(asked).toEqual([{ version: 'abcd:1' }, {}]);
});
