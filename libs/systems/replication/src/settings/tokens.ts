/** The injection tokens of replication's ports and settings, which are interfaces. Classes are injected by their class. */

/** `ReplicationSettings` */
export const REPLICATION_SETTINGS = Symbol('SPARK_REPLICATION_SETTINGS');
/** `ControlBoard` */
export const CONTROL_BOARD = Symbol('SPARK_CONTROL_BOARD');
/** `ChangeLog` */
export const CHANGE_LOG = Symbol('SPARK_CHANGE_LOG');
/** `LeaseKeeper` */
export const LEASE_KEEPER = Symbol('SPARK_LEASE_KEEPER');
/** `ModuleRegistry`: the store's, if there is one, joined with the bus's */
export const JOINED_REGISTRY = Symbol('SPARK_JOINED_REGISTRY');
