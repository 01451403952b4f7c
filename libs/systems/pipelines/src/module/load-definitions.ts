import { readFile } from 'node:fs/promises';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { DefinitionRefusedError, describeRefusal } from '../definition/refusal.ts';
import { readDefinition } from '../definition/read-definition.ts';
import type { PipelinesNode } from '../own/pipelines-node.ts';
import { DEFAULT_TENANT } from '../store/ports.ts';

const ASKING = { by: 'operator:load', commandId: null };

/** Applies and starts the definitions that the operator has listed. A faulty one does not prevent the others from starting. */
export async function loadDefinitions(
  node: PipelinesNode,
  files: readonly string[],
  log: Logger,
): Promise<void> {
  for (const file of files) {
    try {
      const definition = readDefinition(await readFile(file, 'utf8'));
      const key = { tenant: DEFAULT_TENANT, pipelineId: definition.pipelineId };
      const there = node.projection.get(key)?.state.definition;
      await node.submit(key, there ? { type: 'update', definition } : { type: 'create', definition }, ASKING);
      await node.submit(key, { type: 'start' }, ASKING);
      log.log(`${file} is applied and started as ${definition.pipelineId}`);
    } catch (error) {
      log.error(`${file} was not started: ${reasonOf(error)}`);
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof DefinitionRefusedError) return error.refusals.map(describeRefusal).join('; ');
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return isMissing ? 'SPARK_PIPELINES_LOAD names this file, but it does not exist' : describeError(error);
}
