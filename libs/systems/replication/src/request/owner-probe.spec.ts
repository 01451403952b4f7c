import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { ModuleAnswer, ModuleClient } from '@nestjs-spark/modules/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { OwnerProbe } from './owner-probe.ts';
import { RequestStatus } from './request-status.ts';
import type { Requests } from './requests.ts';

const answered = (status: number, body: unknown = null): ModuleAnswer => ({ kind: 'answered', status, body });
const refused: ModuleAnswer = { kind: 'unreachable', reason: 'ECONNREFUSED (http://fleet:5001)' };
const silent: ModuleAnswer = { kind: 'unreachable', reason: 'no answer in time (http://fleet:5001)' };
const own = (module = 'Fleet'): ModuleAnswer => answered(200, { module, incoming: [], outgoing: [] });
const problem = (status: number, kind: string): ModuleAnswer =>
  answered(status, { type: `urn:spark:problem:${kind}` });

let status: RequestStatus;
let sent: number;
let asked: string[];
let stop: AbortController;
let running: Promise<void>;

beforeEach(() => {
  Logger.overrideLogger(false);
  status = new RequestStatus();
  [sent, asked] = [0, []];
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running;
});

/** The address gives these answers in turn, and then repeats the last one. */
function run(
  answers: (ModuleAnswer | Error)[] | ((module: string) => Promise<ModuleAnswer>),
  afterwards = (): void => status.deployed('Fleet', 1, 1, {}),
): void {
  const call = async ({ module }: { module: string }): Promise<ModuleAnswer> => {
    asked.push(module);
    if (typeof answers === 'function') return answers(module);
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? refused;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const sendAgain = async (): Promise<void> => {
    sent++;
    status.sent('Fleet', 1, {});
    afterwards();
  };
  const times = { everyMs: 1, longestMs: 64 };
  const [client, requests] = [{ call }, { sendAgain }] as unknown as [ModuleClient, Requests];
  running = new OwnerProbe(client, requests, status, times).run(stop.signal);
}

const fail = (final: boolean, mayPass = true): void =>
  status.failed('Fleet', 1, final ? 6 : 2, 'Fleet cannot be reached', { final, mayPass });

describe('A request that has failed is sent again when its owner answers,', () => {
  it.each<[string, (ModuleAnswer | Error)[]]>([
    ['which refused connections', [refused, refused, own()]],
    ['which accepted them and did not answer', [silent, silent, own()]],
    ['which first refused, then did not answer, then refused again', [refused, silent, refused, own()]],
    ['behind a proxy that had no backend', [answered(404, 'nothing here'), answered(502), own()]],
    ['behind a proxy that asked for a password', [answered(401, '<html>'), own()]],
    ['behind a proxy that redirected everything', [answered(302), answered(307), own()]],
    ['behind a proxy that answers everything with its own page', [answered(200, '<html>'), own()]],
    ['at whose address another module was', [own('Sales'), own('Sales'), own()]],
    ['at whose address another application was', [answered(200, { ok: true }), answered(200, []), own()]],
    ['whose own servers were unavailable', [problem(503, 'unavailable'), own()]],
    ['whose clock differed', [problem(401, 'token-times'), problem(401, 'token-times'), own()]],
    ['which did not accept this module’s key', [problem(401, 'unauthenticated'), own()]],
    ['which could not be looked up', [new UnavailableError('the registry is away'), own()]],
    ['whose entry was gone', [{ kind: 'not-registered' }, own()]],
    ['which writes its name in a different case', [refused, own('FLEET')]],
    ['which answers from the first check on', [own()]],
  ])('%s: once, and not before', async (_what, answers) => {
    for (const final of [true, false]) {
      fail(final);
      run(answers);
      await eventually(() => sent === 1);
      expect(asked).toHaveLength(answers.length);
      stop.abort();
      await running;
      stop = new AbortController();
      [sent, asked] = [0, []];
    }
  });
});

describe('An owner is left alone,', () => {
  it.each<[string, () => unknown]>([
    ['if it was not asked for anything', () => undefined],
    ['if it has accepted the request', () => status.deployed('Fleet', 1, 1, {})],
    ['if the request is on its way', () => status.sent('Fleet', 1, {})],
    ['if it has refused the request permanently', () => fail(true, false)],
    ['if it is no longer asked for anything', () => (fail(true), status.ended('Fleet'))],
  ])('%s', async (_what, before) => {
    before();
    status.failed('Sales', 1, 2, 'down', { final: false, mayPass: true });
    run([refused]);
    await eventually(() => asked.length > 3);
    expect(asked).not.toContain('Fleet');
  });

  it('for longer and longer if it answers but does not accept the request, until it has been away', async () => {
    fail(false);
    status.failed('Sales', 1, 2, 'down', { final: false, mayPass: true });
    const looks = (): number => asked.filter((module) => module === 'Sales').length;
    const at: number[] = [];
    let fleet = own();
    const away = Promise.withResolvers<void>();
    const call = async (module: string): Promise<ModuleAnswer> => {
      if (fleet === refused && module === 'Fleet') away.resolve();
      return module === 'Sales' ? refused : fleet;
    };
    const waits = (): number[] => at.slice(1).map((look, n) => look - (at[n] ?? 0));
    run(call, () => {
      at.push(looks());
      if (at.length === 5) fleet = refused;
      fail(false);
    });
    await away.promise;
    expect(waits()).toEqual([2, 4, 8, 16]);
    fleet = own();
    await eventually(() => at.length > 6);
    expect(waits()[5]).toBe(2);
  });
});
