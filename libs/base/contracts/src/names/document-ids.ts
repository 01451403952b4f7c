import { nameKey } from '@nestjs-spark/foundation/internal';

/** Metadata keys of a copy: its source, the etag there, and the generation of the task that made it. */
export const COPY_SOURCE = 'spark-source';
export const COPY_ETAG = 'spark-etag';
export const COPY_GENERATION = 'spark-generation';

export function moduleInformationId(module: string): string {
  return `moduleInformations/${module}`;
}

export function checkpointId(name: string): string {
  return `sparkCheckpoints/${nameKey(name)}`;
}

export function deploymentId(requester: string): string {
  return `sparkDeployments/${requester}`;
}

export function requestId(owner: string): string {
  return `sparkRequests/${owner}`;
}

export function pinnedKeyId(module: string): string {
  return `sparkKeys/${module}`;
}

/** Id of the document whose number lets one reader of the source's changes detect that the database was restored. */
export function witnessId(reader: string): string {
  return `sparkWitnesses/${reader}`;
}

/** The value of `spark-generation`: `HR/cars:7`. */
export function generationLabel(label: string, generation: number): string {
  return `${label}:${generation}`;
}
