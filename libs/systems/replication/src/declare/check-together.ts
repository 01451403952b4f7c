import { DEPLOYMENT_BOUNDS } from '../settings/options.ts';
import type { DeclarationFault } from './declaration-error.ts';
import type { Declaration } from './declarations.ts';

/** What is wrong with declarations that are fine one by one: two tasks of one name, too many for one owner. */
export function checkTogether(declarations: readonly Declaration[]): DeclarationFault[] {
  const byOwner = Map.groupBy(declarations, ({ task }) => task.task.owner.toLowerCase());
  return [...byOwner.values()].flatMap((group) => [...sameNames(group), ...tooMany(group)]);
}

function sameNames(group: Declaration[]): DeclarationFault[] {
  const byName = Map.groupBy(group, ({ task }) => task.task.name.toLowerCase());
  return [...byName.values()].flatMap(([first, ...others]) =>
    others.map(({ target, task }) => ({
      className: target.name,
      field: 'name',
      problem: `${first?.target.name} already is ${task.task.name} of ${task.task.owner}`,
      remedy: 'Give one of the two classes a name of its own',
    })),
  );
}

function tooMany(group: Declaration[]): DeclarationFault[] {
  const over = group[DEPLOYMENT_BOUNDS.scripts];
  if (!over) return [];
  return [
    {
      className: over.target.name,
      field: 'sourceModule',
      problem: `${group.length} declarations name ${over.task.task.owner}`,
      remedy: `An owner takes at most ${DEPLOYMENT_BOUNDS.scripts}; join some of them into one script`,
    },
  ];
}
