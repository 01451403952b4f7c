import type { SparkReplicationOptions } from '@nestjs-spark/replication';
import type { SparkStoreOptions } from '@nestjs-spark/store';

/**
 * What `SparkModule.forRoot()` takes: the store's options and replication's, side by side. Anything omitted is read from the
 * environment; only the module's name has no default.
 */
export interface SparkOptions extends SparkStoreOptions, SparkReplicationOptions {}
