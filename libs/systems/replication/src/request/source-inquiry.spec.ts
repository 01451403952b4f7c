import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { ModuleAnswer, ModuleClient } from '@nestjs-spark/modules/internal';
import { MemoryLogger } from '@nestjs-spark/testing';
import { OwnerSourceInquiry } from './source-inquiry.ts';

const task = { owner: 'Fleet', requester: 'HR', name: 'Cars' };

describe('asking an owner how far it is', () => {
  it('says once why there is no answer, and again when that changes or was over in between', async () => {
    const log = new MemoryLogger();
    Logger.overrideLogger(log);
    let answer: ModuleAnswer = { kind: 'not-registered' };
    const client = { call: async () => answer };
    const inquiry = new OwnerSourceInquiry(client as unknown as ModuleClient);
    const ask = async (next: ModuleAnswer) => {
      answer = next;
      return [await inquiry.ask(task), await inquiry.ask(task), await inquiry.ask(task)];
    };
    const gone: ModuleAnswer = { kind: 'not-registered' };
    expect(await ask(gone)).toEqual(['away', 'away', 'away']);
    expect(await ask({ kind: 'unreachable', reason: 'ECONNREFUSED' })).toEqual(['away', 'away', 'away']);
    expect(await ask({ kind: 'answered', status: 404, body: null })).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
    await ask({ kind: 'unreachable', reason: 'ECONNREFUSED' });
    expect(log.said('debug')).toHaveLength(3);
  });
});
