import { Injectable } from '@nestjs/common';
import { UnavailableError, type Etag, type TaskKey } from '@nestjs-spark/contracts';
import { firstWithin, type Guard } from '@nestjs-spark/foundation/internal';
import { ModuleClient } from '@nestjs-spark/modules/internal';
import {
  isExpected,
  isExpectedPage,
  type Depth,
  type Expected,
  type ExpectedPage,
  type VerifySource,
} from '@nestjs-spark/streaming/internal';

/** A page has up to 1,000 documents and some thousand copies. */
const ANSWER_BYTES = 16 * 1024 * 1024;

/** Keeps a request smaller than the maximum size of any body; further documents are requested separately. */
const IDS_BYTES = 128 * 1024;

/** Asks owners what copies of their documents should look like: `POST /spark/replication/source/{task}/compare`. */
@Injectable()
export class OwnerVerifySource implements VerifySource {
  constructor(private readonly client: ModuleClient) {}

  page(task: TaskKey, from: Etag, depth: Depth, signal: AbortSignal): Promise<ExpectedPage> {
    return this.ask(task, { from, depth }, isExpectedPage, signal);
  }

  documents(task: TaskKey, documents: readonly string[], signal: AbortSignal): Promise<Expected> {
    return this.ask(task, { documents: firstWithin(documents, IDS_BYTES) }, isExpected, signal);
  }

  private async ask<T>(
    { owner, name }: TaskKey,
    body: object,
    guard: Guard<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const answer = await this.client.call({
      module: owner,
      method: 'POST',
      path: `/spark/replication/source/${name}/compare`,
      body,
      answerBytes: ANSWER_BYTES,
      signal,
    });
    if (answer.kind === 'not-registered') throw new UnavailableError(`${owner} is not registered`);
    if (answer.kind === 'unreachable')
      throw new UnavailableError(`${owner} cannot be asked: ${answer.reason}`);
    if (answer.status === 200 && guard(answer.body)) return answer.body;
    throw new UnavailableError(
      `${owner} does not say what the copies have to contain: it answered ${answer.status}`,
    );
  }
}
