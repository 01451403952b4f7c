/** Under which tokens the parts of replication are injected. What needs no token is injected by its class. */

/** `ReplicationSettings` */
export const REPLICATION_OPTIONS = Symbol('SPARK_REPLICATION_OPTIONS');
/** `CaptureSupervisor` of `@nestjs-spark/streaming/internal` */
export const CAPTURE_SUPERVISOR = Symbol('SPARK_CAPTURE_SUPERVISOR');
/** `ApplySupervisor` of `@nestjs-spark/streaming/internal` */
export const APPLY_SUPERVISOR = Symbol('SPARK_APPLY_SUPERVISOR');
/** `ControlBoard` */
export const CONTROL_BOARD = Symbol('SPARK_CONTROL_BOARD');
/** `ChangeLog` */
export const CHANGE_LOG = Symbol('SPARK_CHANGE_LOG');
/** `LeaseKeeper` */
export const LEASE_KEEPER = Symbol('SPARK_LEASE_KEEPER');
/** `DeadLetterStore` of `@nestjs-spark/jetstream/internal` */
export const DEAD_LETTERS = Symbol('SPARK_DEAD_LETTERS');
/** `BusInUse` */
export const BUS = Symbol('SPARK_BUS');

/** `ModuleRegistry`: the store's, where it has one, joined with the bus's */
export const MODULE_REGISTRY = Symbol('SPARK_JOINED_REGISTRY');

export {
  CHANGE_FEED,
  CHANGE_TARGET,
  MODULE_REGISTRY as STORE_REGISTRY,
  STATE_STORE,
  STORE_INFO,
} from '@nestjs-spark/store';
/** `ScriptPool` of `@nestjs-spark/etl-script` */
export const SCRIPTS = Symbol('SPARK_SCRIPTS');
/** `CommandHandling` */
export const COMMAND_HANDLING = Symbol('SPARK_COMMAND_HANDLING');
/** `CommandBus` */
export const COMMAND_BUS = Symbol('SPARK_COMMAND_BUS');
