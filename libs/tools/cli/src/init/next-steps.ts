import { join, relative } from 'node:path';
import { shellWord } from '@nestjs-spark/foundation/internal';
import type { Wish } from './wish.ts';

/** Ignored by git there, as the plan sees to. */
const PACKAGES = '.spark/packages';

/** Whether a folder is the current one. */
export const isHere = (folder: string): boolean => relative('', folder) === '';

/**
 * What the user has to do once the files are written. The command itself is typed in the current folder, which has it: the
 * application's may be another, and its packages are not installed yet.
 * @param isRepository whether the current folder is Spark's own repository
 */
export function nextSteps(
  { role, className, collection, store, folder }: Wish,
  moduleName: string,
  isRepository: boolean,
): string[] {
  const servers = store === 'sqlite' ? 'servers nats' : 'servers';
  const isElsewhere = !isHere(folder);
  const fromTarballs = isRepository && isElsewhere;
  return [
    `npx @nestjs-spark/cli ${servers}   (${isElsewhere ? 'in this folder, ' : ''}in another terminal; leave it running)`,
    ...(fromTarballs ? [`npm run pack -- ${shellWord(join(folder, PACKAGES))}`] : []),
    ...(isElsewhere ? [`cd ${shellWord(folder)}`] : []),
    fromTarballs ? `npm install ${PACKAGES}/*.tgz` : 'npm install',
    'npm start',
    role.kind === 'share'
      ? `${role.with.join(', ')} may now copy ${collection} from ${moduleName}; @InjectRepository(${className}) reads and writes them`
      : `${role.from} has to share ${collection} with ${moduleName}; @InjectRepository(${className}) reads the copies`,
  ];
}
