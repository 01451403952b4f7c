import type { Type } from '@nestjs/common';
import { collectionProblem, inferCollection, nameProblem } from './check-names.ts';
import type { DeclarationFault } from './declaration-error.ts';
import type { SharedOptions } from './shared.decorator.ts';
import type { Share } from './shares.ts';

/** Turns one `@Shared()` into a share, or says everything that is wrong with it. */
export function checkShared(
  target: Type,
  options: SharedOptions,
): { share: Share } | { faults: DeclarationFault[] } {
  const faults: DeclarationFault[] = [];
  const fault = (field: string, wrong: { problem: string; remedy: string } | null): void => {
    if (wrong) faults.push({ className: target.name, field, ...wrong });
  };
  const collection = options.collection ?? inferCollection(target) ?? '';
  fault('collection', collectionProblem(collection));
  if (!Array.isArray(options.with) || options.with.length === 0) {
    fault('with', {
      problem: 'nobody is named',
      remedy: "Name the modules that may take it, or '*' for all",
    });
  } else {
    for (const module of options.with) if (module !== '*') fault('with', nameProblem(module));
  }
  return faults.length > 0 ? { faults } : { share: { collection, with: options.with } };
}
