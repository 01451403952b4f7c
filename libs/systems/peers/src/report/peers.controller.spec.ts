import { beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { SparkGuard, type Caller } from '@nestjs-spark/modules/internal';
import { Peers } from './peers.ts';
import { PeersController } from './peers.controller.ts';

const operator: Caller = { kind: 'operator' };
const module: Caller = { kind: 'module', module: 'HR' };
const page = { items: [{ recordId: 'notes/1' }], cursor: '1' };

describe('What a replica tells of its log', () => {
  let controller: PeersController;

  beforeEach(async () => {
    const peers = {
      status: async () => ({ service: 'notes' }),
      entity: (name: string) => (name === 'Notes' ? {} : null),
      events: async () => page,
      conflicts: async (_: string, which: string) => ({ ...page, which }),
    };
    const testing = await Test.createTestingModule({
      controllers: [PeersController],
      providers: [{ provide: Peers, useValue: peers }],
    })
      .overrideGuard(SparkGuard)
      .useValue({ canActivate: () => true })
      .compile();
    controller = testing.get(PeersController);
  });

  it('is its documents for operators', async () => {
    expect(await controller.events(operator, 'Notes')).toEqual(page);
    expect(await controller.conflicts(operator, 'Notes')).toEqual({ ...page, which: 'all' });
    await expect(controller.events(operator, 'Cars')).rejects.toThrow('not a replicated collection');
  });

  it.each([
    ['true', 'open'],
    ['false', 'ended'],
  ])('is the conflicts of which open is %s', async (open, which) => {
    expect(await controller.conflicts(operator, 'Notes', open)).toMatchObject({ which });
  });

  it('does not guess what a word means', async () => {
    await expect(controller.conflicts(operator, 'Notes', 'yes')).rejects.toThrow('true or false');
  });

  it.each(['Notes', 'Cars'])('is nothing of %s for other modules', async (entity) => {
    await expect(controller.events(module, entity)).rejects.toThrow('Only operators');
    await expect(controller.conflicts(module, entity)).rejects.toThrow('Only operators');
  });
});
