import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing';
import { Connections } from '../connect/connections.ts';
import { FilesFolder } from '../connect/file/files-folder.ts';
import type { KeptLane, LaneState, PipelineKey } from '../store/ports.ts';
import { StateLanes } from '../store/state-lanes.ts';
import { Scripts } from '../transform/script-step.ts';
import { runLane } from './run-lane.ts';

const key = { tenant: 'default', pipelineId: 'people' };

/** Cannot be written once a batch is planned. */
class AwayLanes extends StateLanes {
  override async write(to: PipelineKey, lane: number, state: LaneState, before: KeptLane): Promise<KeptLane> {
    if (state.planned) throw new Error('NATS is away');
    return super.write(to, lane, state, before);
  }
}

describe('a run', () => {
  it('ends with what its last batch failed with, though nothing more comes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-lane-'));
    writeFileSync(join(folder, 'in.ndjson'), '{"id":1}\n');
    const state = new MemoryState();
    const scripts = new Scripts();
    const run = runLane({
      key,
      node: 'one',
      holder: 'one',
      definition: {
        ...key,
        name: 'People',
        source: { type: 'file', path: 'in.ndjson', follow: true },
        sink: { type: 'log' },
      },
      generation: 1,
      epoch: 1,
      startsAt: null,
      store: { lanes: new AwayLanes(state), letters: state },
      around: {
        files: new FilesFolder(folder),
        connections: new Connections([]),
        print: () => undefined,
        warn: () => undefined,
      },
      scripts,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await expect(run).rejects.toThrow('NATS is away');
    await scripts.close();
    rmSync(folder, { recursive: true });
  });
});
