import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runProgram } from '../host/run-program.ts';
import type { PinnedArtifacts } from './pins.ts';
import type { WheelSettings } from './fetch-wheel.ts';

const minutes = 60_000;
/** An exact version of the plugin: another one could resolve to different files. */
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * Fetches artifacts and their dependencies with Maven, which uses the repository that its user configured, and checks the whole
 * set against the pinned checksum. @returns a folder below `scratch` with the jars
 */
export async function fetchArtifacts(
  settings: WheelSettings,
  maven: string,
  artifacts: PinnedArtifacts,
  scratch: string,
): Promise<string> {
  const { env, servers, report } = settings;
  const [name = ''] = artifacts.coordinates;
  report.line(`Fetching ${name} with Maven (once; kept in ${servers})`);
  const libs = join(scratch, 'libs');
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, 'pom.xml'), projectOf(artifacts.coordinates));
  const args = ['--batch-mode', '--quiet', '--strict-checksums', '--file', join(scratch, 'pom.xml')];
  const { code, output } = await runProgram(
    maven,
    [...args, COPY, `-DoutputDirectory=${libs}`, '-DincludeScope=runtime'],
    { env, timeoutMs: 30 * minutes },
  );
  if (code !== 0) throw new Error(`Maven could not fetch ${name}: ${lastLines(output, 3)}`);
  const sha256 = await checksumOfSet(libs);
  if (sha256 !== artifacts.sha256)
    throw new Error(
      `The files that Maven fetched for ${name} have sha256 ${sha256} together, but ${artifacts.sha256} is pinned here: ` +
        'they were damaged or altered in transit and are not used. Fetch them again from a repository that you trust',
    );
  report.line(`${name}: checksum of the whole set verified`);
  return libs;
}

/** One checksum over the files of a folder, including their names. */
export async function checksumOfSet(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    const hex = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    lines.push(`${hex}  ${name}\n`);
  }
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function projectOf(coordinates: readonly string[]): string {
  const dependencies = coordinates.map((text) => {
    const [group, artifact, version] = text.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>',
    '<groupId>spark</groupId><artifactId>servers</artifactId><version>1</version><packaging>pom</packaging>',
    `<dependencies>${dependencies.join('')}</dependencies></project>\n`,
  ].join('\n');
}
