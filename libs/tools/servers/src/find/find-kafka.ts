import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchArtifacts } from '../fetch/fetch-artifacts.ts';
import { installOnce } from '../fetch/install.ts';
import { kafka } from '../fetch/pins.ts';
import { onPath } from '../host/on-path.ts';
import { addressWay } from './address.ts';
import { findJava } from './find-java.ts';
import { notFetched } from './not-fetched.ts';
import type { Finding } from './options.ts';
import type { Refusal, Way } from './search.ts';
import type { ProgramSource, Source } from './source.ts';

/** The ways to a Kafka broker, in the order in which they are tried. */
export function kafkaWays(finding: Finding): Way<Source>[] {
  return [
    addressWay(finding.env, 'KAFKA_BROKERS', 'kafka', 9092),
    { name: `Kafka in ${finding.servers}`, look: () => fetchedBefore(finding) },
    ...(finding.mayFetch
      ? [
          {
            name: 'the artifact org.apache.kafka:kafka_2.13 by Maven',
            remedy: `let Maven reach a repository that has ${kafka.artifacts.coordinates.join(' and ')}`,
            look: () => fromMaven(finding),
          },
        ]
      : []),
  ];
}

async function fetchedBefore(finding: Finding): Promise<ProgramSource | Refusal> {
  const libs = folder(finding);
  if (!existsSync(libs)) return notFetched(finding, 'kafka');
  const java = await findJava(finding.env);
  return typeof java === 'string' ? program(java, libs) : java;
}

async function fromMaven(finding: Finding): Promise<ProgramSource | Refusal> {
  const java = await findJava(finding.env);
  if (typeof java !== 'string') return java;
  const maven = await onPath('mvn', finding.env);
  if (!maven) return { refused: 'no mvn on PATH', remedy: 'install Maven' };
  await mkdir(finding.servers, { recursive: true });
  await installOnce(folder(finding), finding.report.line, (scratch) =>
    fetchArtifacts(finding, maven, kafka.artifacts, scratch),
  );
  return program(java, folder(finding));
}

const folder = (finding: Finding) => join(finding.servers, `kafka-${kafka.version}`);

/** The arguments suit any of Kafka's programs: the class is appended. */
function program(java: string, libs: string): ProgramSource {
  const args = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(libs, '*')];
  return { kind: 'program', way: libs, command: java, args, env: {} };
}
