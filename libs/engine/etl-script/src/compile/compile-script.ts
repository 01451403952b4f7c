import { findExtrasUse } from '../validate/inspect-extras.ts';
import { loadBehaviors } from '../extras/load-behaviors.ts';
import type { ExtrasUse } from '../extras/types.ts';
import type { Projection } from '../json/project.ts';
import type { ScriptProblem, Transformation } from '../types.ts';
import { topLevel } from '../validate/find-behaviors.ts';
import { makesCustomObjects, readsClock } from '../validate/find-hazards.ts';
import { findProjection } from '../validate/find-projection.ts';
import { declaredNames, freeNames } from '../validate/find-names.ts';
import { inspectScript } from '../validate/inspect-script.ts';
import { isKnownName, LANGUAGE_NAMES } from '../validate/language.ts';
import { parseScript } from '../validate/parse-script.ts';
import { childrenOf, walkTree, type TreeNode } from '../validate/walk-tree.ts';
import { insertAll, type EditedText } from './edit-text.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import { BASE, propagateNull } from './propagate-null.ts';

/** A script ready for the sandbox; plain data, so that it can be posted to the worker. */
export interface CompiledScript extends Pick<RunPlan, 'leavesAlone' | 'picked' | 'patch'> {
  name: string;
  collection: string;
  /** The user's own text. */
  source: string;
  targets: string[];
  /** Fields to pass in; null: the whole document. */
  fields: string[] | null;
  /** Documents pass through unchanged; the program only exists for its delete behaviours. */
  passesThrough: boolean;
  /** Set when the script only picks fields: its documents need no sandbox. */
  projection: Projection | null;
  deleteBehaviors: string[];
  /** What it does with attachments, counters and time series; null: nothing. */
  extras: ExtrasUse | null;
  /** An expression whose value is the function to run per document; the user's first line is its third. */
  program: string;
  /** As `program`, for each delete behaviour, then each load behaviour: a function that returns a newly created one. */
  behaviorPrograms: string[];
  shifts: EditedText['shifts'];
  /** Names that the script uses without declaring them and that the language does not have. */
  undeclared: string[];
  /** Inspect every property of what is loaded, because it may be more than a plain value. */
  careful: boolean;
  readsClock: boolean;
}

/** A script was refused because of problems that its author has to fix. Nothing was run. */
export class ScriptRefusedError extends Error {
  override readonly name = 'ScriptRefusedError';
  readonly script: string;
  readonly problems: readonly ScriptProblem[];

  constructor(script: string, problems: readonly ScriptProblem[]) {
    super(
      `The script '${script}' was refused: ` +
        problems.map(({ reason, line, column }) => `${reason} (line ${line}, column ${column})`).join('; '),
    );
    this.script = script;
    this.problems = problems;
  }
}

/** Inspects and rewrites a script. Throws ScriptRefusedError when it has problems. */
export function compileScript(
  transformation: Transformation,
  inspection = inspectScript(transformation),
): CompiledScript {
  const { name, collection } = transformation;
  const script = transformation.script ?? '';
  if (inspection.problems.length > 0) throw new ScriptRefusedError(name, inspection.problems);
  const { targets, passesThrough, deleteBehaviors } = inspection;
  const tree = parseScript(script).tree;
  const extras = tree && findExtrasUse(script, tree, collection);
  const { opening, closing, fields, ...plan } = planRun(script, tree, inspection, extras === null);
  const insertions = tree ? propagateNull(tree) : [];
  const body = insertAll(script, [...opening, ...insertions, ...closing]);
  const unknown = tree ? unknownNames(tree, targets) : [];
  const wrap = (text: string, last = '') =>
    `(()=>{"use strict";${unknown.map((free) => `const ${free}=undefined;`).join('')}\n` +
    `return function(){let ${BASE};\n${text}\n${last}}})()`;
  return {
    name,
    collection,
    source: script,
    targets,
    fields: extras && fields ? [...new Set([...fields, '@metadata'])] : fields,
    ...plan,
    passesThrough,
    projection: extras ? null : tree && findProjection(tree, targets),
    deleteBehaviors,
    extras,
    program: wrap(body.text),
    behaviorPrograms: [...deleteBehaviors, ...loadBehaviors(extras)].map((behavior) =>
      wrap(insertAll(...declarationsOnly(script, tree)).text, `return ${behavior};`),
    ),
    shifts: body.shifts,
    undeclared: tree ? undeclaredNames(tree) : [],
    careful: makesCustomObjects(script),
    readsClock: readsClock(script, inspection.usesDynamicCode),
  };
}

function undeclaredNames(tree: TreeNode): string[] {
  const names = freeNames(tree).map(({ name }) => name);
  return [...new Set(names)].filter((name) => !LANGUAGE_NAMES.has(name));
}

/** Undeclared names read as undefined, as in RavenDB; writing to one fails. */
function unknownNames(tree: TreeNode, targets: readonly string[]): string[] {
  const names = freeNames(tree).flatMap(({ name }) => (isKnownName(name, targets) ? [] : [name]));
  return [...new Set(names)];
}

/** The script with everything blanked out that a delete behaviour cannot use, since it has no document. */
function declarationsOnly(script: string, tree: TreeNode | null): [string, ReturnType<typeof propagateNull>] {
  let kept = script;
  const known = new Set(LANGUAGE_NAMES);
  for (const statement of tree ? topLevel(tree) : []) {
    if (statement.type === 'FunctionDeclaration') continue;
    if (statement.type === 'VariableDeclaration' && (isPure(statement) || isMadeOf(statement, known))) {
      for (const name of declaredNames(statement)) known.add(name);
      continue;
    }
    const blank = script.slice(statement.start, statement.end).replace(/[^\n]/g, ' ');
    kept = kept.slice(0, statement.start) + blank + kept.slice(statement.end);
  }
  const left = parseScript(kept).tree;
  return [kept, left ? propagateNull(left) : []];
}

/** Whether a declaration depends only on these names: `new Set(['a'])`, but nothing that reads the document. */
function isMadeOf(declaration: TreeNode, known: ReadonlySet<string>): boolean {
  let readsThis = false;
  walkTree(declaration, ({ type }) => {
    if (type === 'ThisExpression') readsThis = true;
  });
  return !readsThis && freeNames(declaration).every(({ name }) => known.has(name));
}

function isPure(node: TreeNode): boolean {
  if (/^(ThisExpression|CallExpression|NewExpression|TaggedTemplateExpression)$/.test(node.type))
    return false;
  return /Function/.test(node.type) || [...childrenOf(node)].every(({ child }) => isPure(child));
}
