import { routeLogs } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import {
  type BusGrants,
  eventGrants,
  type JetStreamConnection,
  joinGrants,
  provisionBus,
  type Provisioned,
} from '@nestjs-spark/jetstream/internal';
import { jobsGrants, provisionJobs, resolveJobsSettings } from '@nestjs-spark/jobs/internal';
import { peerGrants, provisionPeers, replicaName } from '@nestjs-spark/peers/internal';
import { clusterGrants, provisionCluster } from '@nestjs-spark/pipelines/internal';
import { replicationGrants } from '@nestjs-spark/replication/internal';
import type { BusMembers, JobsUser } from './parse-nats.ts';

/** A NATS user, and its permissions. */
export interface MemberGrants {
  name: string;
  grants: BusGrants;
  /** Whether it answers requests of others. */
  answers: boolean;
}

/** Every member once, with the permissions of all its parts. */
export function grantsOf(
  { modules, routes, jobs, replicas, pipelines }: BusMembers,
  events: boolean,
): readonly MemberGrants[] {
  const parts: MemberGrants[] = [
    ...modules.map((name) => ({
      name,
      grants: joinGrants(replicationGrants(name, routes), ...(events ? [eventGrants()] : [])),
      answers: events,
    })),
    ...jobs.map((user) => ({
      name: userOfJobs(user),
      grants: jobsGrants(user.module, user.role),
      answers: events,
    })),
    ...pipelines.map((name) => ({ name, grants: clusterGrants(name), answers: true })),
    ...replicas.map(({ service, node }) => ({
      name: replicaName(service, node),
      grants: peerGrants(service, node),
      answers: true,
    })),
  ];
  return parts.reduce<MemberGrants[]>((members, part) => {
    const known = members.find(({ name }) => sameName(name, part.name));
    if (!known) return [...members, part];
    known.grants = joinGrants(known.grants, part.grants);
    known.answers ||= part.answers;
    return members;
  }, []);
}

/** Instances of one module with different roles are different users. */
function userOfJobs({ module, role }: JobsUser): string {
  return role === 'all' ? module : `${module}-${role}`;
}

/** Creates the streams and buckets that the members use. @returns what was done with each stream */
export async function provisionMembers(
  connection: JetStreamConnection,
  { routes, jobs, replicas, pipelines }: BusMembers,
  { routeMaxBytes, environment }: { routeMaxBytes: number; environment: NodeJS.ProcessEnv },
): Promise<ReadonlyMap<string, Provisioned>> {
  const logs = routes.map(({ owner, requester }) => routeLogs(owner, requester));
  const done = [await provisionBus(connection, logs, { maxBytes: routeMaxBytes })];
  if (jobs.length > 0) {
    const { retentionMs } = resolveJobsSettings({ store: 'jetstream' }, environment);
    done.push(await provisionJobs(connection, retentionMs));
  }
  if (pipelines.length > 0) done.push(await provisionCluster(connection));
  for (const service of new Set(replicas.map((replica) => replica.service)))
    done.push(await provisionPeers(connection, service));
  return new Map(done.flatMap((streams) => [...streams]));
}
