import {
  type BusGrants,
  joinGrants,
  logWriterGrants,
  moduleGrants,
  presenceGrants,
  requestGrants,
} from '@nestjs-spark/jetstream/internal';
import { heartbeatKey, PRESENCE_BUCKET } from '../presence/heartbeat.ts';
import { peerStream, questionSubject, replicaName } from './names.ts';

/** The NATS permissions of a node. They cannot restrict the origin under which it writes; its key does. */
export function peerGrants(service: string, nodeId: string): BusGrants {
  return joinGrants(
    moduleGrants(replicaName(service, nodeId)),
    logWriterGrants(peerStream(service)),
    presenceGrants(
      PRESENCE_BUCKET,
      heartbeatKey(service, '*'),
      heartbeatKey(service, nodeId),
      `tags.${service}.*`,
    ),
    requestGrants(questionSubject(service, '*')),
  );
}
