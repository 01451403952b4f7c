import { Injectable } from '@nestjs/common';
import type { EtlDeploymentResult } from '@nestjs-spark/contracts/internal';
import { messageOf, nameKey, SayOnce } from '@nestjs-spark/foundation/internal';
import { PermanentError } from '@nestjs-spark/jetstream';
import { ModuleClient, ModuleIdentity } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { Declarations } from '../declare/declarations.ts';
import { classifyAnswer } from './classify-answer.ts';
import { readDeployCommand, type DeployCommand, type Delivery } from './command-bus.ts';
import {
  adopting,
  endsNothing,
  enginesOf,
  nextTasks,
  type DeployedRevision,
  type RequestRecord,
} from './request-record.ts';
import { failureOf, type RequestFailure } from './request-failure.ts';
import { RequestStatus } from './request-status.ts';
import { RequestStore } from './request-store.ts';
import { Requests } from './requests.ts';

export const DEPLOY_PATH = '/spark/etl/deploy';

const MOST_WARNINGS = 200;

/** The owner did not accept the deployment this time; the message says why. The bus delivers the command again. */
export class DeploymentDelayedError extends Error {
  /** Details for people; they may change while the reason stays the same. */
  readonly hint: string;
  /** The reason without details that vary between attempts. */
  readonly news: string;

  constructor(reason: string, hint = '', news = reason) {
    super(reason);
    this.hint = hint;
    this.news = news;
    this.name = 'DeploymentDelayedError';
  }
}

/** The owner refuses for a reason that may be corrected there: the command becomes a dead letter and is sent again. */
export class DeploymentRefusedForNowError extends PermanentError {
  constructor(reason: string) {
    super(reason);
    this.name = 'DeploymentRefusedForNowError';
  }
}

/** There is no such request here: this module did not send the command, or an instance with another database did. */
class NeverAskedError extends PermanentError {
  constructor({ owner, revision }: DeployCommand) {
    super(
      `This module has no request to ${owner} at revision ${revision} in its own records, so nothing is sent. ` +
        'A command brings no scripts of its own; check who can publish on NATS',
    );
    this.name = 'NeverAskedError';
  }
}

/**
 * Sends the request in this module's own record to the owner that a command names. If it returns, the command is done; otherwise the error decides
 * whether it is delivered again.
 */
@Injectable()
export class DeployHandler {
  private readonly log = logFor('DeployHandler');
  private readonly warned = new Set<string>();
  private readonly failures = new WeakMap<Error, RequestFailure>();
  /** The revision whose acceptance was last logged, by owner. */
  private readonly accepted = new Map<string, number>();
  /** What was last logged about each owner's failures, until it accepts a request. */
  private readonly said = new Map<string, { reason: SayOnce; letter: SayOnce }>();

  constructor(
    private readonly client: ModuleClient,
    private readonly identity: ModuleIdentity,
    private readonly declarations: Declarations,
    private readonly records: RequestStore,
    private readonly status: RequestStatus,
    private readonly requests: Requests,
    private readonly apply: ApplySupervisor,
  ) {}

  /**
   * @throws {PermanentError} if a retry cannot help: the command becomes a dead letter
   * @throws {DeploymentDelayedError} and other errors if it may
   */
  async handle(message: unknown, delivery: Delivery, signal?: AbortSignal): Promise<void> {
    const command = readDeployCommand(message);
    if (!command) throw new PermanentError('This is not a deployment command');
    try {
      await this.deploy(await this.recordFor(command), delivery, signal);
    } catch (error) {
      if (this.status.of(command.owner) && !(error instanceof NeverAskedError))
        this.note(command, delivery, error);
      throw error;
    }
  }

  /** The latest request counts, even for a command that a newer one has overtaken. */
  private async recordFor(command: DeployCommand): Promise<RequestRecord> {
    const record = await this.records.read(command.owner);
    if (!record || record.revision < command.revision) throw new NeverAskedError(command);
    return record;
  }

  private async deploy(asked: RequestRecord, delivery: Delivery, signal?: AbortSignal): Promise<void> {
    const { owner, revision } = asked;
    const ended = this.status.asking(owner);
    const answer = await this.client
      .call({
        module: owner,
        method: 'POST',
        path: DEPLOY_PATH,
        body: this.requests.requestOf(asked),
        ...(signal ? { signal } : {}),
      })
      .finally(ended);
    const { module, keyId } = this.identity;
    const failure = failureOf(answer, asked.scripts);
    const verdict = classifyAnswer(owner, answer, { module, keyId, now: Date.now() });
    switch (verdict.outcome) {
      case 'deployed':
        return this.deployed(owner, revision, delivery.attempt, verdict.result);
      case 'outdated':
        return this.outdated(owner, revision, verdict);
      case 'retry':
        if (failure.outcome === 'unregistered' && endsNothing(asked)) return this.leave(owner);
        throw this.failing(new DeploymentDelayedError(verdict.reason, verdict.hint, verdict.news), failure);
      case 'give-up':
        throw this.failing(
          verdict.mayPass
            ? new DeploymentRefusedForNowError(verdict.reason)
            : new PermanentError(verdict.reason),
          failure,
        );
    }
  }

  /** The record stays, so that the owner hears of it after all if it registers. */
  private leave(owner: string): void {
    this.log.debug(
      `${owner} is not registered and has never answered, so it is not told that nothing is declared`,
    );
    this.status.ended(owner);
  }

  private failing(error: Error, failure: RequestFailure): Error {
    this.failures.set(error, failure);
    return error;
  }

  private async deployed(
    owner: string,
    revision: number,
    attempts: number,
    result: EtlDeploymentResult,
  ): Promise<void> {
    const at = new Date().toISOString();
    const record = await this.records.update(owner, (before) => {
      if (before?.revision !== revision) return before;
      return {
        ...before,
        deployed: { revision, at, tasks: nextTasks(before.deployed?.tasks ?? [], result.tasks) },
      };
    });
    const deployed: DeployedRevision = { revision, at, tasks: nextTasks([], result.tasks) };
    this.adopt(owner, record?.deployed ?? deployed);
    this.said.delete(nameKey(owner));
    const { tasksCreated, tasksUpdated, tasksRemoved } = result;
    const changes = tasksCreated + tasksUpdated + tasksRemoved;
    const line = `${owner} has accepted revision ${revision}: ${tasksCreated} created, ${tasksUpdated} updated, ${tasksRemoved} removed`;
    // An owner that registers is asked again, even while the first request is in flight.
    if (changes === 0 && this.accepted.get(nameKey(owner)) === revision) this.log.debug(line);
    else this.log.log(line);
    this.accepted.set(nameKey(owner), revision);
    this.warn(owner, result);
    if (record?.scripts.length === 0) this.status.ended(owner);
    else this.status.deployed(owner, revision, attempts, enginesOf(deployed));
  }

  /** Tasks that RavenDB's own ETL carried before are now applied over the copies it left. */
  private adopt(owner: string, deployed: DeployedRevision): void {
    if (!deployed.tasks.some(({ wasEtl }) => wasEtl)) return;
    this.apply.assign(owner, adopting(this.declarations.of(owner)?.tasks ?? [], deployed));
  }

  /** Logged once per instance: every start sends the request again and gets the same answer. */
  private warn(owner: string, { tasks }: EtlDeploymentResult): void {
    for (const { name, warnings } of tasks) {
      for (const text of Array.isArray(warnings) ? warnings : []) {
        const line = `The script of ${owner}/${name} may not do what it is meant to. ${String(text)}`;
        if (this.warned.has(line) || this.warned.size >= MOST_WARNINGS) continue;
        this.warned.add(line);
        this.log.warn(line);
      }
    }
  }

  /** The owner knows a higher revision than this database, for example after a restored backup: continue above it. */
  private async outdated(
    owner: string,
    revision: number,
    verdict: { ownerRevision: number | null; reason: string },
  ): Promise<void> {
    if (verdict.ownerRevision === null) throw new PermanentError(verdict.reason);
    this.log.warn(`${verdict.reason}. Asking again above that revision instead of ${revision}`);
    await this.requests.renumber(owner, verdict.ownerRevision);
  }

  private note({ owner, revision }: DeployCommand, delivery: Delivery, error: unknown): void {
    const isRefused = error instanceof PermanentError;
    const final = isRefused || delivery.last;
    const mayPass = !isRefused || error instanceof DeploymentRefusedForNowError;
    const hint = error instanceof DeploymentDelayedError ? error.hint : '';
    const reason = `${messageOf(error)}${hint}`;
    const failure = error instanceof Error ? this.failures.get(error) : undefined;
    this.status.failed(owner, revision, delivery.attempt, reason, { final, mayPass, failure });
    this.say(owner, reason, error instanceof DeploymentDelayedError ? error.news : messageOf(error), {
      final,
      mayPass,
    });
  }

  /** Requests fail repeatedly, and are resent even as dead letters: each reason is logged only once. */
  private say(
    owner: string,
    reason: string,
    news: string,
    { final, mayPass }: { final: boolean; mayPass: boolean },
  ): void {
    const said = this.said.get(nameKey(owner)) ?? { reason: new SayOnce(), letter: new SayOnce() };
    this.said.set(nameKey(owner), said);
    if (said.reason.isNews(news))
      this.log.warn(`${reason.replace(/\.$/, '')}. ${final ? 'It is a dead letter' : 'Trying again'}`);
    if (!final || !said.letter.isNews(news)) return;
    const next = mayPass
      ? `it is sent again when ${owner} answers or is heard from, and every few minutes`
      : `it stays one until it is replayed or ${owner} registers again`;
    this.log.warn(`The request to ${owner} is a dead letter: ${next}`);
  }
}
