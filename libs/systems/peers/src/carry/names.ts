import type { LogStream } from '@nestjs-spark/contracts/internal';

/** What JetStream reserves for the log of a service by default, where it has so much left. */
export const DEFAULT_LOG_BYTES = 4 * 1024 ** 3;

/** The stream of a service's replicas. */
export function peerStream(service: string): LogStream {
  return {
    name: `SPARK_PEERS_${service.toUpperCase()}`,
    subjects: `spark.peers.${service}.>`,
    description: `Spark: what the replicas of ${service} write`,
  };
}

/** Where the messages of an origin are published; the origin may be a pattern. */
export function originSubject(service: string, origin: string): string {
  return `spark.peers.${service}.${origin}`;
}

/** Where the nodes of a service are asked questions of a kind; the kind may be a pattern. */
export function questionSubject(service: string, kind: string): string {
  return `spark.requests.peers.${service}.${kind}`;
}

/** Whether a service or a node can have this name: it becomes a part of subjects. */
export function isPeerName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);
}

/** A node's name among all modules. */
export function replicaName(service: string, nodeId: string): string {
  return `${service}-${nodeId}`;
}

/** Whether a node of any version can have drawn this. */
export function isOrigin(value: string): boolean {
  return /^[a-z0-9]{4,32}$/.test(value);
}
