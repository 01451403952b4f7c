import { DEFAULT_CONNECTION, type Connections } from '../connect/connections.ts';
import type { PipelineDefinition } from '../definition/types.ts';

const NEEDS_NONE: ReadonlySet<string> = new Set(['file', 'generate', 'log', 'sqlite']);

/** Problems that a valid definition will meet in this process. */
export function warningsOf({ source, sink }: PipelineDefinition, connections: Connections): string[] {
  const known = connections.list();
  return [source, sink].flatMap((end) => {
    if (NEEDS_NONE.has(end.type)) return [];
    const name =
      'connection' in end && typeof end.connection === 'string' ? end.connection : DEFAULT_CONNECTION;
    const isKnown = known.some((one) => one.type === end.type && one.name === name);
    return isKnown ? [] : [`No connection ${JSON.stringify(name)} of type ${end.type} is configured here`];
  });
}
