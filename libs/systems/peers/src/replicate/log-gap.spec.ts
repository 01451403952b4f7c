import { beforeEach, describe, expect, it } from '@jest/globals';
import { LogGap } from './log-gap.ts';

describe('messages that are gone before a node has read them', () => {
  let asked: number;
  let givenUp: number[];
  let gap: LogGap;

  beforeEach(() => {
    [asked, givenUp] = [0, []];
    gap = new LogGap({
      askForSnapshot: async () => asked++,
      say: () => undefined,
      giveUp: async (to) => void givenUp.push(to),
    });
    gap.beginAt(10, 50);
  });

  it('are asked for, until an operator gives them up', async () => {
    await gap.pass(11);
    expect(gap.takeAsItIs()).toBe(false);
    await expect(gap.pass(20)).rejects.toThrow('messages 11 to 19 of the log are gone');
    expect(asked).toBe(1);
    gap.beginAt(10, 50);
    expect(gap.takeAsItIs()).toBe(true);
    await gap.pass(20);
    expect([gap.readTo, givenUp]).toEqual([19, [19]]);
    expect(gap.takeAsItIs()).toBe(false);
  });

  it('are given up to the end that the log had, and no further', async () => {
    await expect(gap.pass(20)).rejects.toThrow();
    gap.takeAsItIs();
    for (const first of [20, 40, 51]) await gap.pass(first);
    gap.readTo = 60;
    await expect(gap.pass(70)).rejects.toThrow('messages 61 to 69');
    expect(givenUp).toEqual([19, 39, 50]);
  });
});
