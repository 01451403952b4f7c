import {
  type BusGrants,
  joinGrants,
  logWriterGrants,
  moduleGrants,
  presenceGrants,
  requestGrants,
} from '@nestjs-spark/jetstream/internal';
import { PRESENCE_BUCKET } from '../presence/heartbeat.ts';
import { peerStream, questionSubject, replicaName } from './names.ts';

/**
 * What a node needs on NATS: the log and the snapshots of its service, its own heartbeat, and requests of the other nodes. Under which
 * origin it writes cannot be confined by a permission; its key does that.
 */
export function peerGrants(service: string, nodeId: string): BusGrants {
  return joinGrants(
    moduleGrants(replicaName(service, nodeId)),
    logWriterGrants(peerStream(service)),
    presenceGrants(PRESENCE_BUCKET, `${service}.*`, `${service}.${nodeId}`, `tags.${service}.*`),
    requestGrants(questionSubject(service, '*')),
  );
}
