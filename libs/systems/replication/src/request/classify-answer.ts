import type { ModuleAnswer } from '@nestjs-spark/modules/internal';
import { PROBLEMS, type EtlDeploymentResult } from '@nestjs-spark/contracts';

export type Verdict =
  | { outcome: 'deployed'; result: EtlDeploymentResult }
  /** The owner knows a newer revision than the one it was sent. */
  | { outcome: 'outdated'; ownerRevision: number | null; reason: string }
  /** `hint`: what may help whoever reads it, said beside the reason. */
  | { outcome: 'retry'; reason: string; hint?: string }
  | { outcome: 'give-up'; reason: string };

const PASSING = new Set([408, 425, 429]);

/** What an answer means for the command: done, once more, or never again. */
export function classifyAnswer(owner: string, answer: ModuleAnswer): Verdict {
  switch (answer.kind) {
    case 'not-registered':
      return {
        outcome: 'retry',
        reason: `${owner} is not registered yet`,
        ...(answer.known?.length ? { hint: describeKnown(answer.known) } : {}),
      };
    case 'unreachable':
      return { outcome: 'retry', reason: `${owner} cannot be reached: ${answer.reason}` };
    case 'answered':
      return classifyStatus(owner, answer.status, answer.body);
  }
}

const MOST_NAMES = 20;

/** A name that is misspelled would wait for ever, so those that are right are said. */
function describeKnown(known: readonly string[]): string {
  const more = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : '';
  return ` (registered are ${known.toSorted().slice(0, MOST_NAMES).join(', ')}${more})`;
}

function classifyStatus(owner: string, status: number, body: unknown): Verdict {
  const reason = `${owner} answered ${status}${describeProblem(body)}`;
  if (status >= 200 && status < 300) {
    return isResult(body)
      ? { outcome: 'deployed', result: body }
      : { outcome: 'retry', reason: `${reason}, which is no deployment result: is its URL right?` };
  }
  if (status === 409 && isOlderRevision(body)) {
    return { outcome: 'outdated', ownerRevision: revisionOf(body), reason };
  }
  const passes = status < 400 || status >= 500 || PASSING.has(status);
  return { outcome: passes ? 'retry' : 'give-up', reason };
}

function isResult(body: unknown): body is EtlDeploymentResult {
  if (typeof body !== 'object' || body === null) return false;
  const { success, tasks } = body as Partial<EtlDeploymentResult>;
  return success === true && Array.isArray(tasks);
}

function isOlderRevision(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'type' in body && body.type === PROBLEMS.olderRevision.type
  );
}

function revisionOf(body: unknown): number | null {
  const revision = typeof body === 'object' && body !== null && 'revision' in body ? body.revision : null;
  return typeof revision === 'number' && Number.isSafeInteger(revision) ? revision : null;
}

const SHOWN_LENGTH = 1_000;

/** The owner's own words, from its problem+json. */
function describeProblem(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { detail, title, errors } = body as { detail?: unknown; title?: unknown; errors?: unknown };
  const said = [detail, title].find((text) => typeof text === 'string' && text !== '');
  const fields = (Array.isArray(errors) ? errors : [])
    .filter((field) => !isSaid(field, said))
    .map(describeField)
    .filter((text) => text !== '');
  const text = [said, ...fields].filter((part) => part !== undefined).join('; ');
  return text === '' ? '' : `: ${text.slice(0, SHOWN_LENGTH)}`;
}

/** What the detail says already is not said again with its place. */
function isSaid(field: unknown, said: unknown): boolean {
  const detail = typeof field === 'object' && field !== null && 'detail' in field ? field.detail : null;
  return typeof detail === 'string' && typeof said === 'string' && said.includes(detail);
}

function describeField(field: unknown): string {
  if (typeof field !== 'object' || field === null) return '';
  const { pointer, detail, line } = field as { pointer?: unknown; detail?: unknown; line?: unknown };
  if (typeof detail !== 'string') return '';
  const place = typeof line === 'number' ? ` (line ${line})` : '';
  return `${typeof pointer === 'string' ? `${pointer}: ` : ''}${detail}${place}`;
}
