import { isHouseCollection } from '@nestjs-spark/contracts/text';
import type { ScriptInspection, ScriptProblem, Transformation } from '../types.ts';
import { problemsOfLoadBehaviors } from './inspect-extras.ts';
import { findDeleteBehaviors, topLevel } from './find-behaviors.ts';
import { findFields } from './find-fields.ts';
import { usesComputedNames, usesDynamicCode, usesLoad } from './find-hazards.ts';
import { freeNames, type FreeName } from './find-names.ts';
import { findTargets } from './find-targets.ts';
import { asNode, type TreeNode } from './walk-tree.ts';
import { isKnownName, knownSpelling, MISSING_FUNCTIONS } from './language.ts';
import { isSameCollection } from '../names/id-prefix.ts';
import { parseScript, placeOf } from './parse-script.ts';

/** Maximum length of a script, in UTF-8 bytes. */
export const MAX_SCRIPT_BYTES = 64 * 1024;

const NOTHING: ScriptInspection = {
  targets: [],
  keepsId: false,
  usesLoad: false,
  usesDynamicCode: false,
  usesComputedNames: false,
  fields: null,
  passesThrough: false,
  deleteBehaviors: [],
  problems: [],
};

/**
 * Inspects a script without running it: what it loads to, what it reads, and what prevents its deployment (`problems`, empty when
 * nothing does). Only for scripts that you trust: parsing takes about a millisecond per 10 KiB, but a script can be crafted to
 * take seconds, or to exhaust the stack. For scripts of others, use `ScriptPool.inspect`.
 */
export function inspectScript({ collection, script }: Transformation): ScriptInspection {
  const text = script ?? '';
  if (text.trim() === '') return { ...NOTHING, keepsId: true, passesThrough: true };
  const unusable = unusableText(text);
  if (unusable) return refused(unusable);
  const targets = findTargets(text);
  const parsed = parseScript(text);
  if (!parsed.tree) return { ...refused(...parsed.problems), targets };

  const free = freeNames(parsed.tree);
  const behaviors = findDeleteBehaviors(parsed.tree);
  const dynamicCode = usesDynamicCode(parsed.tree, free);
  const passesThrough = targets.length === 0 && behaviors.length > 0;
  const problems = [
    ...reservedTargets(targets, text),
    ...foreignBehaviors(parsed.tree, collection),
    ...problemsOfLoadBehaviors(parsed.tree, collection, targets),
    ...unknownFunctions(free, targets, dynamicCode),
  ];
  // A misspelled call is the cause, and its own problem gives the right spelling.
  const isMisspelled = free.some(({ name, called }) => called && LOADS.test(name));
  if (targets.length === 0 && !passesThrough && !isMisspelled) problems.unshift(noTarget(text));
  return {
    targets,
    keepsId: passesThrough || targets.some((target) => isSameCollection(target, collection)),
    usesLoad: dynamicCode || usesLoad(free),
    usesDynamicCode: dynamicCode,
    usesComputedNames: usesComputedNames(parsed.tree),
    fields: dynamicCode || free.some(({ name }) => name === 'arguments') ? null : findFields(parsed.tree),
    passesThrough,
    deleteBehaviors: behaviors,
    problems,
  };
}

function unusableText(text: string): ScriptProblem | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_SCRIPT_BYTES) {
    return {
      reason: `the script has ${bytes} bytes; at most ${MAX_SCRIPT_BYTES} are allowed`,
      line: 1,
      column: 1,
    };
  }
  if (text.includes('\0')) return { reason: 'the script contains a NUL character', line: 1, column: 1 };
  const legacy = /replicateTo\w+/.exec(text);
  if (!legacy) return undefined;
  const before = text.slice(0, legacy.index).split('\n');
  return {
    reason: `${legacy[0]} is the language of RavenDB 3; write ${legacy[0].replace('replicateTo', 'loadTo')}`,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
  };
}

function noTarget(text: string): ScriptProblem {
  const hint = /loadTo\s*\(/.test(text)
    ? " (with loadTo(name, …) write loadTo('Name', without blanks, in quotes, with only word characters and dots)"
    : '';
  return { reason: `no loadTo<CollectionName>() call found in the script${hint}`, line: 1, column: 1 };
}

function reservedTargets(targets: readonly string[], text: string): ScriptProblem[] {
  return targets.filter(isHouseCollection).map((target) => {
    const before = text.slice(0, text.indexOf(target)).split('\n');
    const reason = `loadTo${target} is refused: ${target} is a collection of Spark's own`;
    return { reason, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  });
}

/** A specific behaviour only applies to documents of the script's own collection; for any other it would never be called. */
function foreignBehaviors(tree: TreeNode, collection: string): ScriptProblem[] {
  return topLevel(tree).flatMap((item) => {
    const name = nameOf(item);
    const of = /^deleteDocumentsOf(\w+)Behavior$/.exec(name)?.[1];
    if (item.type !== 'FunctionDeclaration' || of === undefined || of === collection) return [];
    const reason = `${name} is never called: the script's documents are ${collection}, not ${of}`;
    return [{ reason, ...placeOf(item) }];
  });
}

function nameOf(declaration: TreeNode): string {
  return String(asNode(declaration['id'])?.['name'] ?? '');
}

function unknownFunctions(
  free: readonly FreeName[],
  targets: readonly string[],
  dynamicCode: boolean,
): ScriptProblem[] {
  const missing: ReadonlySet<string> = new Set<string>(MISSING_FUNCTIONS);
  return free.flatMap(({ name, node, called }) => {
    if (missing.has(name))
      return [{ reason: `${name} is not supported by the stream engine`, ...placeOf(node) }];
    if (!called || dynamicCode || isKnownName(name, targets)) return [];
    const meant = otherSpelling(name);
    const hint = meant === null ? '' : `: did you mean ${meant}?`;
    return [{ reason: `unknown function ${name}${hint}`, ...placeOf(node) }];
  });
}

const LOADS = /^loadTo\w/i;

/** The function that was probably meant: one with a similar name, or `loadTo…` in different case. */
function otherSpelling(name: string): string | null {
  return LOADS.test(name) ? `loadTo${name.slice('loadTo'.length)}` : knownSpelling(name);
}

/** The inspection of a script that cannot be read. */
export function refused(...problems: ScriptProblem[]): ScriptInspection {
  return { ...NOTHING, problems };
}
