import type { Provider, Type } from '@nestjs/common';
import type { RavenConnection } from '@nestjs-spark/ravendb/internal';
import { RAVEN_CONNECTION } from '@nestjs-spark/store/internal';
import { DeployController } from './deploy.controller.ts';
import { DeploymentDirectory } from './deployment-directory.ts';
import { DeploymentKeeper } from './deployment-keeper.ts';
import { DeploymentStore } from './deployment-store.ts';
import { EngineChooser } from './engines/engine-chooser.ts';
import { EngineSelection } from './engines/engine-selection.ts';
import { NATIVE_TASKS, ENGINES } from './engines/ports.ts';
import { RavenEtlEngine } from './engines/raven-etl-engine.ts';
import { RavenNativeTasks } from './engines/raven-native-tasks.ts';
import { StreamEngine } from './engines/stream-engine.ts';
import { EtlTaskManager } from './etl-task-manager.ts';
import { ScriptWarnings } from './inspect/script-warnings.ts';
import { DeploymentGate } from './receive/deployment-gate.ts';
import { ADMIT_PROVIDERS } from '@nestjs-spark/modules/internal';

/** The owner's side of a deployment. */
export const DEPLOY_PROVIDERS: Provider[] = [
  DeploymentDirectory,
  DeploymentGate,
  DeploymentKeeper,
  DeploymentStore,
  EngineChooser,
  EngineSelection,
  EtlTaskManager,
  RavenEtlEngine,
  ScriptWarnings,
  StreamEngine,
  ...ADMIT_PROVIDERS,
  {
    provide: NATIVE_TASKS,
    inject: [RAVEN_CONNECTION],
    useFactory: (ravendb: RavenConnection | null) => ravendb && new RavenNativeTasks(ravendb),
  },
  {
    provide: ENGINES,
    useFactory: (stream: StreamEngine, native: RavenEtlEngine) => [stream, native],
    inject: [StreamEngine, RavenEtlEngine],
  },
];

export const DEPLOY_CONTROLLERS: Type[] = [DeployController];
