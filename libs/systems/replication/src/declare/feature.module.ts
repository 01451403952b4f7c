import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';

/** The classes of one `forFeature`. */
export class FeatureClasses {
  readonly classes: readonly Type[];

  constructor(classes: readonly Type[]) {
    this.classes = classes;
  }
}

/** Hosts the providers of `forFeature`. */
@Module({})
export class ReplicationFeatureModule {
  static of(classes: readonly Type[]): DynamicModule {
    return { module: ReplicationFeatureModule, providers: forFeatureProviders(classes) };
  }
}

/** Makes declared classes findable. The provided value is an empty instance: Nest must not call the constructors of data classes. */
export function forFeatureProviders(classes: readonly Type[]): Provider[] {
  return [
    ...classes.map((target) => ({ provide: target, useValue: Object.create(target.prototype) as object })),
    { provide: Symbol('SPARK_REPLICATION_FEATURE'), useValue: new FeatureClasses(classes) },
  ];
}
