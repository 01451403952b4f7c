import { nameKey, sameName } from '@nestjs-spark/foundation/internal';
import { DEPLOYMENT_BOUNDS } from '../settings/options.ts';
import type { DeclarationFault } from './declaration-error.ts';
import type { Declaration } from './declarations.ts';

/** The collections that a declaration's script loads to; empty if documents pass unchanged. */
export type TargetsOf = (declaration: Declaration) => readonly string[];

/**
 * The faults of declarations that are valid individually: two tasks with the same name, too many for one owner, two that make copies with the same
 * ids.
 * @param targetsOf if null, the last one is not checked
 */
export function checkTogether(
  declarations: readonly Declaration[],
  targetsOf: TargetsOf | null = null,
): DeclarationFault[] {
  const byOwner = Map.groupBy(declarations, ({ task }) => nameKey(task.key.owner));
  const byGroup = [...byOwner.values()].flatMap((group) => [...sameNames(group), ...tooMany(group)]);
  return targetsOf ? [...byGroup, ...sameIds(declarations, targetsOf)] : byGroup;
}

function sameNames(group: Declaration[]): DeclarationFault[] {
  const byName = Map.groupBy(group, ({ task }) => nameKey(task.key.name));
  return [...byName.values()].flatMap(([first, ...others]) =>
    others.map(({ target, task }) => ({
      className: target.name,
      field: 'name',
      problem: `${first?.target.name} already is ${task.key.name} of ${task.key.owner}`,
      remedy: 'Give one of the two classes another name',
    })),
  );
}

/**
 * Two owners may use the same document ids (`orders/1-A`), so two declarations on collections with the same name that load into one collection make
 * the same ids. For collections with different names nothing can be known before a document arrives; then the second copy is set aside.
 */
function sameIds(declarations: readonly Declaration[], targetsOf: TargetsOf): DeclarationFault[] {
  const first = new Map<string, Declaration>();
  return declarations.flatMap((declaration) => {
    const faults: DeclarationFault[] = [];
    for (const key of idKeys(declaration, targetsOf(declaration))) {
      const other = first.get(key);
      if (!other) first.set(key, declaration);
      else if (faults.length === 0 && canCollide(other, declaration))
        faults.push(collision(other, declaration));
    }
    return faults;
  });
}

/** Keys that are equal if two declarations make ids by the same rule in the same collection. */
function idKeys({ item }: Declaration, targets: readonly string[]): string[] {
  const { sourceCollection, idPrefix = '' } = item;
  const into = targets.length === 0 ? [sourceCollection] : targets;
  return into.map((target) => `${idPrefix}\0${sourceCollection}\0${target}`.toLowerCase());
}

/** Two scripts on one collection of one owner may split its documents between them, unless each takes all. */
function canCollide(one: Declaration, other: Declaration): boolean {
  const isSameOwner = sameName(one.task.key.owner, other.task.key.owner);
  if (!isSameOwner) return true;
  const isSameName = sameName(one.task.key.name, other.task.key.name);
  return !isSameName && one.takesAll === true && other.takesAll === true;
}

function collision(first: Declaration, { target, task, item }: Declaration): DeclarationFault {
  const { owner } = task.key;
  const from = `${item.sourceCollection} of ${first.task.key.owner}`;
  const prefix = `${nameKey(owner)}/`;
  return {
    className: target.name,
    field: 'idPrefix',
    problem: `${first.target.name} copies ${from} into the same collection, and documents of both can have the same id`,
    remedy:
      `Give one of the two an idPrefix, such as '${prefix}'; or load it into its own collection ` +
      `(loadTo${owner}${item.sourceCollection}); or drop one of them`,
  };
}

function tooMany(group: Declaration[]): DeclarationFault[] {
  const over = group[DEPLOYMENT_BOUNDS.scripts];
  if (!over) return [];
  return [
    {
      className: over.target.name,
      field: 'sourceModule',
      problem: `${group.length} declarations name ${over.task.key.owner}`,
      remedy: `An owner accepts at most ${DEPLOYMENT_BOUNDS.scripts}; merge some of them into one script`,
    },
  ];
}
