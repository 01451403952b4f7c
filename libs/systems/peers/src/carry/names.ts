import type { LogStream } from '@nestjs-spark/contracts/internal';

/** The default size that JetStream reserves for the log of a service, in bytes, if that much is available. */
export const DEFAULT_LOG_BYTES = 4 * 1024 ** 3;

/** The stream of a service's replicas. */
export function peerStream(service: string): LogStream {
  return {
    name: `SPARK_PEERS_${service.toUpperCase()}`,
    subjects: `spark.peers.${service}.>`,
    description: `Spark: what the replicas of ${service} write`,
  };
}

/** The subject for the messages of an origin; the origin may be a wildcard. */
export function originSubject(service: string, origin: string): string {
  return `spark.peers.${service}.${origin}`;
}

/** The subject for requests of a kind to the nodes of a service; the kind may be a wildcard. */
export function questionSubject(service: string, kind: string): string {
  return `spark.requests.peers.${service}.${kind}`;
}

/** Whether this is a valid name for a service or a node: names become tokens of subjects. */
export function isPeerName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}

/** The module name of a node. */
export function replicaName(service: string, nodeId: string): string {
  return `${service}-${nodeId}`;
}

/** Whether this is a valid origin in any version. */
export function isOrigin(value: string): boolean {
  return /^[a-z0-9]{4,32}$/.test(value);
}
