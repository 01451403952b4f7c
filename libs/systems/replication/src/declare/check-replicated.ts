import type { Type } from '@nestjs/common';
import {
  isIdPrefix,
  scriptFingerprint,
  taskNameOf,
  type EtlScriptItem,
} from '@nestjs-spark/contracts/internal';
import { copyCollections } from '@nestjs-spark/etl-script/internal';
import { optionProblem, sameName } from '@nestjs-spark/foundation/internal';
import { DEPLOYMENT_BOUNDS } from '../settings/options.ts';
import { collectionProblem, inferCollection, nameProblem } from './check-names.ts';
import type { DeclarationFault } from './declaration-error.ts';
import type { Declaration } from './declarations.ts';
import { generateScript, isPlainField } from './generate-script.ts';
import { REPLICATED_OPTIONS, type ReplicatedOptions } from './replicated.decorator.ts';

/** Reads a script's syntax: `inspectScript` of `@nestjs-spark/etl-script`. */
export type ScriptInspector = (item: { name: string; collection: string; script: string }) => {
  problems: readonly { reason: string; line?: number; column?: number }[];
};

export type Judged = { declaration: Declaration } | { faults: DeclarationFault[] };

const UNNAMED = { problem: 'no module is named', remedy: 'Name the module that owns the documents' };

/** Converts one `@Replicated()` to what is sent to the owner, or reports everything that is wrong with it. */
export function checkReplicated(
  target: Type,
  options: ReplicatedOptions,
  requester: string,
  inspect: ScriptInspector,
): Judged {
  const faults: DeclarationFault[] = [];
  const fault = (field: string, problem: string, remedy: string): void => {
    faults.push({ className: target.name, field, problem, remedy });
  };

  for (const option of Object.keys(options)) {
    const wrong = optionProblem(option, REPLICATED_OPTIONS);
    if (wrong) fault(option, wrong.problem, wrong.remedy);
  }

  const owner = options.sourceModule;
  const ownerFault = owner === undefined ? UNNAMED : nameProblem(owner);
  if (ownerFault) fault('sourceModule', ownerFault.problem, ownerFault.remedy);
  else if (sameName(owner, requester)) {
    fault('sourceModule', `${owner} is this module itself`, 'Name the module that owns the documents');
  }

  const collection = options.sourceCollection ?? inferCollection(options.originalType);
  if (collection === null) {
    fault(
      'sourceCollection',
      'no collection is named and none can be inferred',
      'Give sourceCollection, or a named class as originalType',
    );
  } else {
    const wrong = collectionProblem(collection);
    if (wrong) fault('sourceCollection', wrong.problem, wrong.remedy);
  }

  const name = options.name ?? (collection === null ? null : taskNameOf(collection));
  if (options.name !== undefined) {
    const wrong = nameProblem(options.name);
    if (wrong) fault('name', wrong.problem, wrong.remedy);
  }

  const { idPrefix, overwrite } = options;
  if (idPrefix !== undefined && !isIdPrefix(idPrefix)) {
    const remedy =
      'Use up to 64 letters, digits, ".", "_", "-" and "/", the last a "/" or "-", such as "webshop/"';
    fault('idPrefix', `${show(idPrefix)} cannot come before ids`, remedy);
  }
  if (overwrite !== undefined && overwrite !== 'own') {
    fault('overwrite', `${show(overwrite)} is not known`, "Write 'own', or leave it out");
  }

  const source = chooseScript(options, collection, fault);
  if (faults.length > 0 || collection === null || name === null || source === null) return { faults };

  for (const { reason, line, column } of inspect({ name, collection, script: source.script }).problems) {
    const place = line === undefined ? '' : ` (line ${line}, column ${column ?? 1})`;
    fault(source.field, `${reason.replace(/\.$/, '')}${place}`, 'Fix the script');
  }
  if (faults.length > 0) return { faults };
  const declaration = complete(target, options, requester, name, collection, source.script);
  if (source.field === 'fields') declaration.takesAll = true;
  return { declaration };
}

function chooseScript(
  { etlScript, fields }: ReplicatedOptions,
  collection: string | null,
  fault: (field: string, problem: string, remedy: string) => void,
): { field: 'etlScript' | 'fields'; script: string } | null {
  if (etlScript !== undefined && fields !== undefined) {
    fault('etlScript', 'both etlScript and fields are given', 'Keep one of the two');
    return null;
  }
  if (fields !== undefined) return fromFields(fields, collection, fault);
  if (typeof etlScript !== 'string' || etlScript.trim() === '') {
    const problem = etlScript === undefined ? 'neither etlScript nor fields is given' : 'the script is blank';
    fault('etlScript', problem, 'Write the script, or list fields');
    return null;
  }
  const bytes = Buffer.byteLength(etlScript);
  if (bytes > DEPLOYMENT_BOUNDS.scriptBytes) {
    fault(
      'etlScript',
      `the script has ${bytes} bytes`,
      `At most ${DEPLOYMENT_BOUNDS.scriptBytes} are accepted`,
    );
    return null;
  }
  return { field: 'etlScript', script: etlScript };
}

function fromFields(
  fields: readonly string[],
  collection: string | null,
  fault: (field: string, problem: string, remedy: string) => void,
): { field: 'fields'; script: string } | null {
  if (!Array.isArray(fields) || fields.length === 0) {
    fault('fields', 'no field is listed', 'List the fields to copy, or write an etlScript');
    return null;
  }
  const wrong = fields.filter((field) => !isPlainField(field));
  if (wrong.length > 0) {
    const shown = wrong.map((field) => JSON.stringify(field)).join(', ');
    fault(
      'fields',
      `${shown} cannot be copied by name`,
      'List top-level fields with plain names, or write an etlScript',
    );
    return null;
  }
  return collection === null ? null : { field: 'fields', script: generateScript(collection, fields) };
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? String(value);
}

function complete(
  target: Type,
  { sourceModule: owner, idPrefix, overwrite }: ReplicatedOptions,
  requester: string,
  name: string,
  collection: string,
  script: string,
): Declaration {
  const item: EtlScriptItem = { sourceCollection: collection, script };
  if (name !== collection) item.name = name;
  if (idPrefix !== undefined) item.idPrefix = idPrefix;
  return {
    target,
    item,
    task: {
      key: { owner, requester, name },
      collection,
      collections: copyCollections(collection, script),
      fingerprint: scriptFingerprint(collection, script, idPrefix),
      ...(idPrefix === undefined ? {} : { idPrefix }),
      ...(overwrite === undefined ? {} : { overwrite }),
    },
  };
}
