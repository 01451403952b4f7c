import { ProblemError, type TaskKey } from '@nestjs-spark/contracts';
import type { ModuleClient } from '@nestjs-spark/modules/internal';

const AT_ONCE = 500;

/**
 * Has an owner send documents once more that this module's store had refused.
 * @throws {ProblemError} `unavailable` when the owner does not take the request
 */
export async function askOwnerAgain(
  client: Pick<ModuleClient, 'call'>,
  { owner, name }: TaskKey,
  documents: readonly string[],
): Promise<void> {
  for (let at = 0; at < documents.length; at += AT_ONCE) {
    const answer = await client.call({
      module: owner,
      method: 'POST',
      path: '/spark/etl/set-aside/retry',
      body: { task: name, documents: documents.slice(at, at + AT_ONCE) },
    });
    if (answer.kind === 'answered' && answer.status === 202) continue;
    const why =
      answer.kind === 'answered'
        ? `it answers ${answer.status}`
        : answer.kind === 'unreachable'
          ? answer.reason
          : 'it is not registered';
    throw new ProblemError('unavailable', `${owner} has to send them once more, but ${why}.`);
  }
}
