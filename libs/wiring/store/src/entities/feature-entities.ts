import type { EntityClass } from './entity.ts';

/** The classes of one `forFeature`, for code that looks for other declarations on them. */
export class FeatureEntities {
  readonly classes: readonly EntityClass[];

  constructor(classes: readonly EntityClass[]) {
    this.classes = classes;
  }
}
