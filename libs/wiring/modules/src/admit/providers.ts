import type { Provider } from '@nestjs/common';
import { RouteInstaller } from './route-installer.ts';
import { SparkGuard } from './spark-guard.ts';

/** What `SparkController`s need, besides `TokenVerifier`, `OperatorToken` and Nest's `DiscoveryModule`. */
export const ADMIT_PROVIDERS: Provider[] = [RouteInstaller, SparkGuard];
