import { expect, it } from '@jest/globals';
import { Connections } from '../connect/connections.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import { warningsOf } from './warnings.ts';

const NONE = new Connections([]);
const to = (sink: PipelineDefinition['sink']): PipelineDefinition => ({
  pipelineId: 'a',
  name: 'A',
  source: { type: 'generate' },
  sink,
});

it.each<[PipelineDefinition['sink'], readonly string[]]>([
  [{ type: 'log' }, []],
  [{ type: 'file', path: 'out' }, []],
  [{ type: 'sqlite', path: 'a.db', table: 'a' }, []],
  [{ type: 'postgres', table: 'a' }, ['No connection "default" of type postgres is configured here']],
  [{ type: 'kafka', topic: 'a', connection: 'b' }, ['No connection "b" of type kafka is configured here']],
])('A definition warns of the connections that it lacks: %j', (sink, warnings) => {
  expect(warningsOf(to(sink), NONE)).toEqual(warnings);
});
