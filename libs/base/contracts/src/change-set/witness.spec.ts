import { describe, expect, it } from '@jest/globals';
import {
  isSame,
  NEVER_RAISED,
  newest,
  raised,
  raisedFrom,
  remembers,
  type WitnessRecord,
} from './witness.ts';

function raisedTimes(times: number, from: WitnessRecord = NEVER_RAISED): WitnessRecord {
  return times === 0 ? from : raisedTimes(times - 1, raised(from));
}

describe('a witness', () => {
  it('remembers what was said of it, however long ago', () => {
    const early = raisedTimes(3);
    for (const later of [0, 1, 15, 16, 100])
      expect(remembers(raisedTimes(later, early), newest(early))).toBe(true);
    expect(remembers(early, newest(NEVER_RAISED))).toBe(true);
  });

  it('that was rolled back does not remember what was said since', () => {
    const backup = raisedTimes(3);
    const said = newest(raised(backup));
    expect(remembers(backup, said)).toBe(false);
  });

  it('that was rolled back and raised again is recognised by its marks', () => {
    const backup = raisedTimes(3);
    const said = newest(raised(backup));
    for (const times of [1, 2, 15]) expect(remembers(raisedTimes(times, backup), said)).toBe(false);
  });

  it('is the same only after the same raise', () => {
    const backup = raisedTimes(3);
    expect(isSame(backup, { ...backup })).toBe(true);
    expect(isSame(raised(backup), raised(backup))).toBe(false);
    expect(isSame(NEVER_RAISED, NEVER_RAISED)).toBe(true);
  });

  it('is raised only from where its reader has seen it', () => {
    const seen = raisedTimes(2);
    expect(raisedFrom('Fleet/HR/Cars', seen, { ...seen }).number).toBe(3);
    expect(() => raisedFrom('Fleet/HR/Cars', raised(seen), seen)).toThrow();
  });
});
