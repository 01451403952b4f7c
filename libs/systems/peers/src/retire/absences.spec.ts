import { describe, expect, it } from '@jest/globals';
import { Absences } from './absences.ts';

const patience = { afterMs: 100, joiningAfterMs: 10 };
const members = [{ node: 'b' }, { node: 'c' }];
const ready = (node: string) => ({ node, state: 'ready' });
const joining = (node: string) => ({ node, state: 'catching-up' });

describe('Nodes that are away', () => {
  it('are retired after their time, counted from when this process first missed them', () => {
    const absences = new Absences(patience);
    expect(absences.look([ready('b')], members, 1_000)).toEqual([]);
    expect(absences.look([ready('b')], members, 1_099)).toEqual([]);
    expect(absences.look([ready('b')], members, 1_100)).toEqual([{ node: 'c' }]);
  });

  it('are not retired when they were heard from in between, or when nobody could be heard', () => {
    const absences = new Absences(patience);
    absences.look([], members, 0);
    absences.look([ready('b')], members, 90);
    absences.look(null, [], 95);
    expect(absences.look([], members, 150)).toEqual([]);
    expect(absences.look([], members, 250)).toEqual(members);
  });

  it('are retired sooner when they have never been complete, and not when they once were', () => {
    const absences = new Absences(patience);
    absences.look([joining('b'), ready('c')], members, 0);
    absences.look([joining('b'), joining('c')], members, 1);
    absences.look([], members, 2);
    expect(absences.look([], members, 12)).toEqual([{ node: 'b' }]);
  });
});
