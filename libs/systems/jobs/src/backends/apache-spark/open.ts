import type { MasterAddress } from '@nestjs-spark/apache-spark/internal';
import type { JobBackend } from '../../job/backend.ts';
import type { SparkBackend, SparkBackendOptions } from './spark-backend.ts';

/** The backend for scripts and statements. Loaded only if there is a cluster, as its client is large. */
export async function openSparkBackend(options: SparkBackendOptions): Promise<SparkBackend> {
  const { SparkBackend: Backend } = await import('./spark-backend.ts');
  return new Backend(options);
}

/** The connections to a cluster; at least one is set. */
export interface ClusterOptions extends Omit<SparkBackendOptions, 'connect' | 'concurrency'> {
  connect: SparkBackendOptions['connect'] | null;
  master: MasterAddress | null;
  concurrency: number;
}

/** The backend for a cluster, over all configured connections. */
export async function openCluster(options: ClusterOptions): Promise<JobBackend> {
  const { connect, master } = options;
  const scripts = connect && (await openSparkBackend({ ...options, connect }));
  if (!master) {
    if (scripts) return scripts;
    throw new TypeError('No connection to a cluster is configured');
  }
  const { AppBackend } = await import('./apps/app-backend.ts');
  const apps = new AppBackend({ ...options, master });
  if (!scripts) return apps;
  const { WholeCluster } = await import('./whole-cluster.ts');
  return new WholeCluster(scripts, apps);
}
