import type { Type } from '@nestjs/common';
import { storedName } from '@nestjs-spark/contracts/internal';
import { optionProblem } from '@nestjs-spark/foundation/internal';
import { collectionProblem, inferCollection, nameProblem } from './check-names.ts';
import type { DeclarationFault } from './declaration-error.ts';
import { SHARED_OPTIONS, type SharedOptions } from './shared.decorator.ts';
import type { Share } from './shares.ts';

/** Converts one `@Shared()` to a share, or reports everything that is wrong with it. */
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
      remedy: "Name the modules that may copy it, or '*' for all",
    });
  } else {
    for (const module of options.with) if (module !== '*') fault('with', nameProblem(module));
  }
  for (const name of Object.keys(options)) fault(name, unknownProblem(name));
  const { fields, load } = options;
  if (fields !== undefined) fault('fields', fieldsProblem(fields));
  if (load !== undefined) for (const name of load) fault('load', collectionProblem(name));
  if (faults.length > 0) return { faults };
  return {
    share: {
      collection,
      with: options.with,
      ...(fields && { fields: fields.flatMap(spellings) }),
      ...(load && { load }),
    },
  };
}

/** An unknown option would seem to grant or restrict something that it does not. */
function unknownProblem(name: string): { problem: string; remedy: string } | null {
  if (name === 'writable')
    return {
      problem: 'copies cannot be written to in this version',
      remedy: "Remove it. Requesters change an owner's documents through one of the owner's routes",
    };
  return optionProblem(name, SHARED_OPTIONS);
}

function fieldsProblem(fields: unknown): { problem: string; remedy: string } | null {
  if (!Array.isArray(fields) || fields.length === 0)
    return { problem: 'no field is named', remedy: 'Name the fields, or leave it out to share all' };
  const wrong = fields.filter((field) => typeof field !== 'string' || field.split('.').includes(''));
  if (wrong.length === 0) return null;
  const shown = wrong.map((field) => JSON.stringify(field)).join(', ');
  return { problem: `${shown} names no field`, remedy: 'Use names, or paths such as "address.city"' };
}

/** A class spells `address.city` what documents spell `Address.City`; other programs may write it either way. */
function spellings(field: string): string[] {
  const stored = field
    .split('.')
    .map((name) => storedName(name))
    .join('.');
  return [...new Set([field, stored])];
}
