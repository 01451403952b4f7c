import type { SparkBackend, SparkBackendOptions } from './spark-backend.ts';

/** The backend for a cluster; loaded only where there is one, as its client is large. */
export async function openSparkBackend(options: SparkBackendOptions): Promise<SparkBackend> {
  const { SparkBackend: Backend } = await import('./spark-backend.ts');
  return new Backend(options);
}
