import { describe, expect, it } from '@jest/globals';
import type { BackendHealth, JobBackend } from '../job/backend.ts';
import { BackendGuards } from './backend-guards.ts';

function start() {
  const failed: string[] = [];
  let asked = 0;
  let answer = async (): Promise<BackendHealth> => ({ available: true, reason: null });
  const backend = (name: string) =>
    ({
      name,
      capabilities: { kinds: [], idempotentStart: true },
      health: () => {
        asked++;
        return answer();
      },
    }) as unknown as JobBackend;
  const guards = new BackendGuards({ log: () => {}, warn: () => {} }, (name) => failed.push(name));
  return { guards, backend, failed, asked: () => asked, become: (next: typeof answer) => (answer = next) };
}

describe('A backend', () => {
  it('that does not answer is not asked any more after five times, and takes no runs', async () => {
    const { guards, backend, failed, asked, become } = start();
    become(() => Promise.reject(new Error('ECONNREFUSED')));
    const away = backend('away');
    for (let time = 0; time < 20; time++)
      expect(await guards.health(away)).toMatchObject({ available: false, reason: expect.any(String) });
    expect([asked(), failed.length, guards.report(away).state]).toEqual([5, 5, 'open']);
    await expect(guards.call(away, async () => 'started')).rejects.toThrow(/backend:away has not answered/);
    become(async () => ({ available: true, reason: null }));
    expect(await guards.health(backend('other'))).toMatchObject({ available: true });
  });

  it('that says that it is well and starts nothing is away after five times', async () => {
    const { guards, backend } = start();
    const well = backend('well');
    for (let time = 0; time < 5; time++) {
      expect(guards.report(well).state).toBe('closed');
      expect(await guards.health(well)).toMatchObject({ available: true });
      await guards.call(well, () => Promise.reject(new Error('ECONNRESET'))).catch(() => undefined);
    }
    expect(guards.report(well).state).toBe('open');
  });

  it('that says that it takes none is not away', async () => {
    const { guards, backend, become } = start();
    become(async () => ({ available: false, reason: 'full' }));
    const full = backend('full');
    for (let time = 0; time < 9; time++)
      expect(await guards.health(full)).toEqual({ available: false, reason: 'full' });
    expect(guards.report(full).state).toBe('closed');
  });

  it('has as many runs as have taken a place and not given it back', () => {
    const { guards, backend } = start();
    const leave = guards.occupy(backend('a'));
    guards.occupy(backend('a'));
    leave();
    expect([guards.running('a'), guards.running('b')]).toEqual([1, 0]);
  });
});
