import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseUsers } from '../host/run-as.ts';
import { put, scratch } from '../fixtures/scratch.ts';
import { findJava } from './find-java.ts';
import { kafkaWays } from './find-kafka.ts';
import { toFinding } from './options.ts';

function javaThatSays(version: string): NodeJS.ProcessEnv {
  const home = scratch();
  put(join(home, 'bin', 'java'), `#!/bin/sh\necho 'openjdk version "${version}" 2025' >&2\n`, 0o755);
  return { ...process.env, JAVA_HOME: home };
}

describe('Kafka', () => {
  it.each(['17.0.15', '21', '25.0.1'])('runs on Java %s', async (version) => {
    await expect(findJava(javaThatSays(version))).resolves.toContain('bin/java');
  });

  it.each(['1.8.0_392', '11.0.2'])(
    'does not run on Java %s, which is said with the remedy',
    async (version) => {
      await expect(findJava(javaThatSays(version))).resolves.toEqual({
        refused: expect.stringContaining(`"${version}", older than 17.0`),
        remedy: expect.stringContaining('JAVA_HOME'),
        setting: 'JAVA_HOME',
      });
    },
  );

  it('is not used when what Maven fetched is not what is pinned', async () => {
    const home = scratch();
    const env = javaThatSays('17.0.1');
    const maven =
      '#!/bin/sh\nfor a in "$@"; do case $a in -DoutputDirectory=*) d=${a#*=};; esac; done\nmkdir $d; echo evil > $d/kafka.jar\n';
    put(join(home, 'path', 'mvn'), maven, 0o755);
    env['PATH'] = `${join(home, 'path')}:${env['PATH']}`;
    const ways = kafkaWays(toFinding({ home, env, log: () => undefined }));
    const way = ways.find(({ name }) => name.includes('Maven'));
    await expect(way?.look()).rejects.toThrow(/damaged or altered in transit/);
    expect(existsSync(join(home, 'servers', 'kafka-4.1.0'))).toBe(false);
  });
});

it('a user that PostgreSQL can run as is found by its name', () => {
  const users = parseUsers('root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104::/var:/bin/sh\nodd\n');
  expect(users.get('postgres')).toEqual({ uid: 101, gid: 104 });
  expect(users.get('odd')).toBeUndefined();
});
