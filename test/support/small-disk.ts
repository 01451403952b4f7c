import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';

/** A disk of a few MiB that can be filled. */
export interface SmallDisk {
  readonly path: string;
  /** Takes what is free until only so many bytes are. */
  fill(left: number): void;
  /** Removes what `fill` has put there. */
  empty(): void;
  unmount(): void;
}

/** @returns in words why there can be none */
export function smallDisk(mebibytes: number): SmallDisk | string {
  const path = mkdtempSync(join(tmpdir(), 'spark-small-disk-'));
  const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path];
  const { status, stderr } = spawnSync('mount', options, { encoding: 'utf8' });
  if (status !== 0) {
    rmSync(path, { recursive: true });
    return `no tmpfs can be mounted: ${stderr?.trim() || 'mount is missing'}`;
  }
  const filler = join(path, 'filler');
  return {
    path,
    fill(left) {
      const { stdout } = spawnSync('df', ['--output=avail', '-B1', path], { encoding: 'utf8' });
      writeFileSync(filler, Buffer.alloc(Math.max(0, Number(stdout.split('\n')[1]) - left), 1));
    },
    empty: () => rmSync(filler, { force: true }),
    unmount() {
      spawnSync('umount', ['-l', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** A `describe` for what needs such disks; left out by name where none can be mounted. */
export function describeOnSmallDisks(title: string, body: () => void): void {
  const tried = smallDisk(1);
  if (typeof tried !== 'string') {
    tried.unmount();
    describe(title, body);
  } else {
    describe(`${title} [left out: ${tried}]`, () => {
      it.skip('needs a disk that can be filled', () => undefined);
    });
  }
}
