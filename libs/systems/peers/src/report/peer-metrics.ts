import { Gauge, Histogram, type Registry } from 'prom-client';
import type { DriftWatch } from '../compare/drift-watch.ts';
import type { PeerNode } from '../replicate/peer-node.ts';
import type { PeersStatus } from './peers-status.ts';
import type { Peers } from './peers.ts';

/** The Prometheus metrics of this replica, computed from its status on each scrape. */
export function registerPeerMetrics(
  registry: Registry,
  { peers, node, drift }: { peers: Peers; node: PeerNode; drift: DriftWatch },
): void {
  let asked: Promise<PeersStatus | null> | null = null;
  /** Shared by all metrics of a scrape, as it reads the file, including the latest conflicts of each collection. */
  const statusNow = (): Promise<PeersStatus | null> => {
    asked ??= peers
      .status()
      .catch(() => null)
      .finally(() => (asked = null));
    return asked;
  };
  const gauge = (name: string, help: string, valueOf: (status: PeersStatus) => number) => {
    const metric: Gauge = new Gauge({
      name: `spark_peers_${name}`,
      help,
      registers: [],
      async collect() {
        const status = await statusNow();
        if (status) metric.set(valueOf(status));
      },
    });
    registry.registerMetric(metric);
  };
  gauge('backlog', 'Own changes that are not known to be in the log.', ({ backlog }) => backlog);
  gauge('behind', 'Messages of the log that are not applied.', ({ log }) => log.last - log.position);
  gauge('low_water', 'Up to where all members have acknowledged the log.', ({ log }) => log.lowWater);
  gauge(
    'clock_offset_seconds',
    'The clock of the log minus that of this node.',
    (status) => status.clockOffsetMs / 1_000,
  );
  gauge('ready', '1 when this node is a complete replica.', () => (peers.isReady ? 1 : 0));
  const ofEntities = (
    name: string,
    help: string,
    valueOf: (entity: PeersStatus['entities'][number]) => number,
  ) => {
    const metric: Gauge<'entity' | 'policy'> = new Gauge({
      name: `spark_peers_${name}`,
      help,
      labelNames: ['entity', 'policy'],
      registers: [],
      async collect() {
        const status = await statusNow();
        for (const entity of status?.entities ?? []) {
          metric.set({ entity: entity.entity, policy: entity.policy }, valueOf(entity));
        }
      },
    });
    registry.registerMetric(metric);
  };
  ofEntities('conflicts_total', 'Conflicts that this node has seen.', ({ conflicts }) => conflicts.total);
  ofEntities('tombstones', 'Deleted documents that are remembered.', ({ tombstones }) => tombstones);
  const lag = new Histogram({
    name: 'spark_peers_lag_seconds',
    help: 'How old messages of the log are when they are applied.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
    registers: [],
  });
  registry.registerMetric(lag);
  node.report.onLag((seconds) => lag.observe(seconds));
  const found: Gauge<'entity' | 'kind'> = new Gauge({
    name: 'spark_peers_drift_total',
    help: 'Differences that comparisons with other nodes have found.',
    labelNames: ['entity', 'kind'],
    registers: [],
    collect() {
      for (const { entity, kind, count } of drift.found) found.set({ entity, kind }, count);
    },
  });
  registry.registerMetric(found);
}
