import { describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import type { Arrival } from './arrival.ts';
import { NodeReport } from './node-report.ts';

const arrival = (sequence: number, left: number): Arrival => ({
  sequence,
  left,
  storedAt: 0,
  message: { kind: 'undecodable', node: null, origin: 'abcd', sequence },
});

describe('How far a complete node is behind', () => {
  it('is how many messages followed the last one when it was sent', () => {
    const report = new NodeReport(new MemoryLogger());
    report.becomeReady();
    report.noteApplied([arrival(10, 41), arrival(11, 40)], null);
    expect(report.state).toMatchObject({ position: 11, target: 51 });
    report.noteApplied([arrival(60, 0)], null);
    expect(report.state).toMatchObject({ position: 60, target: 60 });
  });

  it('is what it asked the log for while it is not complete', () => {
    const report = new NodeReport(new MemoryLogger());
    report.state.target = 20;
    report.noteApplied([arrival(10, 41)], null);
    expect(report.state).toMatchObject({ position: 10, target: 20 });
  });
});

it('A node says once that another process works with its file', () => {
  const log = new MemoryLogger();
  const report = new NodeReport(log);
  report.noteShared();
  report.noteShared();
  expect(log.said('warn')).toEqual([expect.stringContaining('let one process work with it')]);
});
