import type { EtlScriptItem } from '@nestjs-spark/contracts';
import { isListOf, isObject, isObjectOf, isText } from '@nestjs-spark/foundation/internal';
import type { ModuleAnswer } from '@nestjs-spark/modules/internal';

/** Why an owner has not accepted a request, for display. */
export interface RequestFailure {
  readonly outcome: 'refused' | 'unregistered' | 'unreachable' | null;
  /** The type of the owner's problem; null without one. */
  readonly problem: string | null;
  /** The collections that the owner names; empty if it refuses the request as a whole. */
  readonly collections: readonly string[];
}

export const NO_FAILURE: RequestFailure = { outcome: null, problem: null, collections: [] };

const hasPlaces = isObjectOf({ errors: isListOf(isObject, 200) });
const hasType = isObjectOf({ type: isText(200) });
const PLACE = /^\/scripts\/(\d{1,3})\//;

/** Determines from an owner's answer why it did not accept the scripts. Pure. */
export function failureOf(answer: ModuleAnswer, scripts: readonly EtlScriptItem[]): RequestFailure {
  if (answer.kind === 'not-registered') return { ...NO_FAILURE, outcome: 'unregistered' };
  if (answer.kind === 'unreachable') return { ...NO_FAILURE, outcome: 'unreachable' };
  const { status, body } = answer;
  if (status < 400) return NO_FAILURE;
  const problem = hasType(body) ? body.type : null;
  const isRefused = status < 500 && status !== 408 && status !== 425 && status !== 429;
  return { outcome: isRefused ? 'refused' : null, problem, collections: collectionsIn(body, scripts) };
}

function collectionsIn(body: unknown, scripts: readonly EtlScriptItem[]): string[] {
  if (!hasPlaces(body)) return [];
  const named = body.errors.flatMap(({ pointer }) => {
    const [, at] = PLACE.exec(typeof pointer === 'string' ? pointer.slice(0, 100) : '') ?? [];
    const script = at === undefined ? undefined : scripts[Number(at)];
    return script ? [script.sourceCollection] : [];
  });
  return [...new Set(named)];
}
