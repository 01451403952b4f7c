import type { EntityClass } from './entity.ts';

/** The classes of one `forFeature`, for those who look for what else is declared on them. */
export class FeatureEntities {
  readonly classes: readonly EntityClass[];

  constructor(classes: readonly EntityClass[]) {
    this.classes = classes;
  }
}
