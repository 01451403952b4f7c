import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { EmbeddedPipelines } from '@nestjs-spark/pipelines/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { describeOnSmallDisks, smallDisk } from '../support/small-disk.ts';

const nothing = (): void => undefined;

describeOnSmallDisks('a pipeline whose disk is full', () => {
  it('leaves nothing of what it tried to write, and writes everything once there is room', async () => {
    const disk = smallDisk(4);
    if (typeof disk === 'string') throw new Error(disk);
    const state = mkdtempSync(join(tmpdir(), 'spark-pipeline-disk-'));
    const told: string[] = [];
    const log = {
      debug: nothing,
      log: nothing,
      warn: (line: string) => void told.push(line),
      error: nothing,
    };
    const pipelines = new EmbeddedPipelines({ folder: state, files: disk.path, print: nothing, log });
    const out = (): string[] => readdirSync(join(disk.path, 'out')).toSorted();
    try {
      const lines = Array.from({ length: 20 }, (_, id) => `{"id":${id},"text":"${'x'.repeat(50_000)}"}\n`);
      writeFileSync(join(disk.path, 'in.ndjson'), lines.join(''));
      disk.fill(500_000);
      const source = { type: 'file', path: 'in.ndjson' } as const;
      const sink = { type: 'file', path: 'out' } as const;
      const definition = { pipelineId: 'copy', name: 'Copy', source, sink };
      const running = pipelines.run(definition, { signal: new AbortController().signal });
      await eventually(() => expect(told.join()).toContain('ENOSPC'));
      await eventually(() => expect(out()).toEqual(['.spark-pipeline']));
      disk.empty();
      await running;
      expect(out()).toEqual(['.spark-pipeline', '1-0-0000000001.ndjson']);
      expect(readFileSync(join(disk.path, 'out', '1-0-0000000001.ndjson'), 'utf8')).toBe(lines.join(''));
    } finally {
      await pipelines.close();
      disk.unmount();
      rmSync(state, { recursive: true });
    }
  });
});
