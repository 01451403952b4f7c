import { deployCommandSubjects, routeLogs, subjectsSaidBy } from '@nestjs-spark/contracts/internal';
import {
  type BusGrants,
  commandGrants,
  joinGrants,
  logReaderGrants,
  logWriterGrants,
  mayPublish,
  moduleGrants,
} from '@nestjs-spark/jetstream/internal';

/** The name of the handler of a module's deployment commands. */
export const DEPLOY_COMMANDS = 'deploy-etl';

/** One owner, and one requester that may receive copies from it. */
export interface Route {
  owner: string;
  requester: string;
}

/** The NATS permissions of a module for its part in replication, over these routes and no others. */
export function replicationGrants(module: string, routes: readonly Route[]): BusGrants {
  const out = routes.filter(({ owner }) => owner === module);
  const into = routes.filter(({ requester }) => requester === module);
  const commands = deployCommandSubjects(module);
  return joinGrants(
    moduleGrants(module),
    mayPublish(...subjectsSaidBy(module)),
    commandGrants(module, DEPLOY_COMMANDS, commands),
    mayPublish(commands),
    ...out.map(({ owner, requester }) => logWriterGrants(routeLogs(owner, requester))),
    ...into.map(({ owner, requester }) => logReaderGrants(routeLogs(owner, requester))),
  );
}
