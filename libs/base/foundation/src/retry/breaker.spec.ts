import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Breakers } from './breakers.ts';

class Away extends Error {}

function start() {
  const lines: string[] = [];
  const log = { log: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
  const breakers = new Breakers(log);
  const target = {
    target: 'ravendb:db-1',
    isOutage: (error: unknown) => error instanceof Away,
    refuse: (cause: Error) => new Error('not sent', { cause }),
  };
  const breaker = breakers.of(target);
  let sent = 0;
  let answer: () => Promise<string> = async () => 'answer';
  const send = () =>
    breaker.run(() => {
      sent += 1;
      return answer();
    });
  return {
    breaker,
    breakers,
    target,
    lines,
    send,
    sent: () => sent,
    become: (next: () => Promise<string>) => (answer = next),
  };
}

const away = () => Promise.reject(new Away('ECONNREFUSED'));

async function inTurn<T>(count: number, work: () => Promise<T>): Promise<string[]> {
  const outcomes: string[] = [];
  for (let time = 0; time < count; time++)
    outcomes.push(await work().then(String, (error: Error) => error.message));
  return outcomes;
}

/** Time stands still unless a test moves it. */
let clock: jest.SpiedFunction<typeof performance.now>;
beforeEach(() => {
  clock = jest.spyOn(performance, 'now').mockReturnValue(0);
});
afterEach(() => void jest.restoreAllMocks());

describe('a breaker', () => {
  it('passes on results and errors as they are', async () => {
    const { breaker } = start();
    const refused = new TypeError('refused');
    expect(await breaker.run(async () => 7)).toBe(7);
    await expect(breaker.run(() => Promise.reject(refused))).rejects.toBe(refused);
    const gone = new Away('gone');
    await expect(breaker.run(() => Promise.reject(gone))).rejects.toBe(gone);
  });

  it('opens after five outages in a row and sends nothing more, with one line in the log', async () => {
    const { send, become, sent, breaker, lines } = start();
    become(away);
    expect(await inTurn(1_000, send)).toEqual([
      ...Array.from({ length: 5 }, () => 'ECONNREFUSED'),
      ...Array.from({ length: 995 }, () => 'not sent'),
    ]);
    expect(sent()).toBe(5);
    expect(breaker.report()).toMatchObject({
      state: 'open',
      reason: expect.stringMatching(/^ravendb:db-1 /),
    });
    expect(lines).toEqual([expect.stringMatching(/has not answered 5 times in a row.*ECONNREFUSED/)]);
  });

  it('stays closed while anything is answered in between, refusals too', async () => {
    const { send, become, breaker } = start();
    for (let time = 0; time < 5; time++) {
      become(away);
      await inTurn(4, send);
      become(() => Promise.reject(new TypeError('refused')));
      await inTurn(1, send);
    }
    expect(breaker.report()).toEqual({ target: 'ravendb:db-1', state: 'closed', reason: null });
  });

  it('lets one request find out whether the target is back, and none of the others waits for it', async () => {
    const { send, become, sent, breaker, lines } = start();
    become(away);
    await inTurn(6, send);
    clock.mockReturnValue(3_001);
    await inTurn(2, send);
    expect([sent(), breaker.report().state]).toEqual([6, 'open']);
    clock.mockReturnValue(6_002);
    const back = Promise.withResolvers<string>();
    become(() => back.promise);
    const first = send();
    await Promise.resolve();
    expect([sent(), breaker.report().state]).toEqual([7, 'half-open']);
    expect(await inTurn(2, send)).toEqual(['not sent', 'not sent']);
    back.resolve('back');
    expect([await first, await send(), sent()]).toEqual(['back', 'back', 8]);
    expect(breaker.report().state).toBe('closed');
    expect(lines).toEqual([expect.stringMatching(/has not answered/), 'ravendb:db-1 answers again']);
  });

  it('does not stay open when the clock is set back', async () => {
    const { send, become, breaker } = start();
    const wall = jest.spyOn(Date, 'now');
    wall.mockReturnValue(1e12);
    become(away);
    await inTurn(5, send);
    wall.mockReturnValue(1e12 - 86_400_000);
    clock.mockReturnValue(3_001);
    become(async () => 'back');
    expect(await send()).toBe('back');
    expect(breaker.report().state).toBe('closed');
  });

  it('is one for each target', () => {
    const { breakers, breaker, target } = start();
    expect(breakers.of(target)).toBe(breaker);
    breakers.of({ ...target, target: 'module:HR' });
    expect(breakers.reports().map((one) => one.target)).toEqual(['ravendb:db-1', 'module:HR']);
  });
});
