import { requireOptions } from '@nestjs-spark/foundation/internal';
import type { Conflict, Resolution } from '../merge/resolve.ts';

/** A `ConflictResolver` for documents of any class. */
interface DeclaredResolver {
  readonly version: number;
  resolve(conflict: Conflict<never>): Resolution<object>;
}

/** Options of `@ReplicatedEntity()`. */
export interface ReplicatedEntityOptions {
  /** How conflicting changes of one document are resolved: the later one wins, or a class decides. Default `last-write-wins`. */
  conflict?: 'last-write-wins' | (new () => DeclaredResolver);
  /** False keeps the collection on this node only. Default true. */
  enabled?: boolean;
  /** False keeps its changes from listeners of `ReplicaChanges`; it is replicated all the same. Default true. */
  emit?: boolean;
}

/** The names of all options of `@ReplicatedEntity()`. */
export const REPLICATED_OPTIONS = Object.keys({
  conflict: true,
  enabled: true,
  emit: true,
} satisfies Record<keyof ReplicatedEntityOptions, true>);

const declared = new WeakMap<object, Required<ReplicatedEntityOptions>>();

/**
 * Used together with `@Entity()`: every replica of the service has the documents of this class, and each may change them.
 * The class has to be in a `SparkStoreModule.forFeature([…])`.
 */
export function ReplicatedEntity(options: ReplicatedEntityOptions = {}): ClassDecorator {
  requireOptions('@ReplicatedEntity()', options, REPLICATED_OPTIONS);
  return (target) => {
    declared.set(target, { conflict: 'last-write-wins', enabled: true, emit: true, ...options });
  };
}

/** The declared options of a class; null if it is not replicated. */
export function replicatedOptionsOf(target: object): Required<ReplicatedEntityOptions> | null {
  return declared.get(target) ?? null;
}
