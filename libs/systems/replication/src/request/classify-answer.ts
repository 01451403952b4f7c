import type { ModuleAnswer } from '@nestjs-spark/modules/internal';
import { PROBLEMS, type EtlDeploymentResult } from '@nestjs-spark/contracts';
import { nameKey, withoutPointing } from '@nestjs-spark/foundation/internal';
import { OLDER_REVISION } from '../problems/problems.ts';

export type Verdict =
  | { outcome: 'deployed'; result: EtlDeploymentResult }
  /** The owner knows a newer revision than the one it was sent. */
  | { outcome: 'outdated'; ownerRevision: number | null; reason: string }
  /** `hint`: what may help a reader, shown beside the reason. `news`: the reason without details that vary between attempts. */
  | { outcome: 'retry'; reason: string; hint?: string; news?: string }
  /** `mayPass`: retrying soon does not help, but it may work later without a change here. */
  | { outcome: 'give-up'; reason: string; mayPass: boolean };

/** Who asks, and when by its own clock. */
export interface Asker {
  module: string;
  /** RFC 7638 thumbprint of its key. */
  keyId: string;
  /** Milliseconds since 1970. */
  now: number;
}

const PASSING = new Set([408, 425, 429]);

/** What an answer means for the command: done, to be retried, or permanently refused. */
export function classifyAnswer(owner: string, answer: ModuleAnswer, asker: Asker): Verdict {
  switch (answer.kind) {
    case 'not-registered':
      return {
        outcome: 'retry',
        reason: `${owner} is not registered yet`,
        ...(answer.known?.length ? { hint: describeKnown(answer.known, answer.nearest) } : {}),
      };
    case 'unreachable':
      return { outcome: 'retry', reason: `${owner} cannot be reached: ${answer.reason}` };
    case 'answered':
      return classifyStatus(owner, answer.status, answer.body, asker);
  }
}

const MOST_NAMES = 20;

/** A misspelled name would wait forever, so the registered ones are listed. */
function describeKnown(known: readonly string[], nearest?: string): string {
  const more = known.length > MOST_NAMES ? ` and ${known.length - MOST_NAMES} more` : '';
  const meant = nearest === undefined ? '' : `did you mean ${nearest}? `;
  return ` (${meant}registered are ${known.toSorted().slice(0, MOST_NAMES).join(', ')}${more})`;
}

function classifyStatus(owner: string, status: number, body: unknown, asker: Asker): Verdict {
  const reason = `${owner} answered ${status}${describeProblem(body)}`;
  if (status >= 200 && status < 300) {
    return isResult(body)
      ? { outcome: 'deployed', result: body }
      : { outcome: 'retry', reason: `${reason}, which is not a deployment result: is its URL right?` };
  }
  if (isProblem(body, PROBLEMS.tokenTimes.type)) {
    return { outcome: 'retry', ...describeClocks(owner, body, asker.now) };
  }
  if (isProblem(body, PROBLEMS.unauthenticated.type)) {
    return { outcome: 'give-up', reason: describeKey(owner, asker), mayPass: true };
  }
  if (status === 409 && isProblem(body, OLDER_REVISION.type)) {
    return { outcome: 'outdated', ownerRevision: revisionOf(body), reason };
  }
  const passes = status < 400 || status >= 500 || PASSING.has(status);
  if (passes) return { outcome: 'retry', reason };
  // What stands before an owner that is away, or being replaced, answers as it likes.
  return { outcome: 'give-up', reason, mayPass: !isOwnWord(body) };
}

/** Said by the owner's own Spark, and not by a proxy or another application at its address. */
function isOwnWord(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('type' in body)) return false;
  return typeof body.type === 'string' && body.type.startsWith('urn:spark:problem:');
}

/** The owner has checked the signature before it tells its time, so only the clocks can be the cause. */
function describeClocks(owner: string, body: object, now: number): { reason: string; news: string } {
  const time = 'time' in body && typeof body.time === 'string' ? Date.parse(body.time) : Number.NaN;
  const differ = `${owner} refuses this module's requests because of their times: the clocks differ`;
  if (Number.isNaN(time)) return { reason: differ, news: differ };
  const off = Math.round((now - time) / 1_000);
  const side = off > 0 ? 'ahead of' : 'behind';
  const reason =
    `the clock is off by ${Math.abs(off)} s: this module's shows ${new Date(now).toISOString()}, ${side} ${owner}'s, ` +
    `which shows ${new Date(time).toISOString()} and refuses requests made so far from its time. Set the one that is wrong (NTP)`;
  return { reason, news: `${side} ${differ}` };
}

/** The owner's text addresses people; a module has shown its key, and the key was not accepted. */
function describeKey(owner: string, { module, keyId }: Asker): string {
  return (
    `${owner} answered 401: it does not accept this module's key ${keyId}, because it trusts another key of ${module}, ` +
    `or none. When this one is right, approve it at ${owner} (SPARK_TRUSTED_KEYS=${module}=${keyId}), or delete the document ` +
    `sparkKeys/${nameKey(module)} in ${owner}'s database, which has the other one`
  );
}

function isResult(body: unknown): body is EtlDeploymentResult {
  if (typeof body !== 'object' || body === null) return false;
  const { success, tasks } = body as Partial<EtlDeploymentResult>;
  return success === true && Array.isArray(tasks);
}

function isProblem(body: unknown, type: string): body is object {
  return typeof body === 'object' && body !== null && 'type' in body && body.type === type;
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
  const head =
    typeof said === 'string' && fields.length > 0 ? withoutPointing(said).replace(/\.$/, '') : said;
  const text = [head, ...fields].filter((part) => part !== undefined && part !== '').join('; ');
  return text === '' ? '' : `: ${text.slice(0, SHOWN_LENGTH)}`;
}

/** What the detail already contains is not repeated with its place. */
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
