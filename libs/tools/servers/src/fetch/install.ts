import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { lock } from './lock.ts';

/**
 * Creates the folder `target` once: `fill` gets a scratch folder and returns the folder within it that becomes the target. The
 * target appears by a single rename, so it is complete or absent at any moment; a second process waits for the first and finds
 * its result.
 */
export async function installOnce(
  target: string,
  say: (line: string) => void,
  fill: (scratch: string) => Promise<string>,
): Promise<void> {
  if (existsSync(target)) return;
  const held = await lock(`${target}.lock`, say);
  const partial = `.partial-${basename(target)}-`;
  const scratch = join(dirname(target), partial + randomUUID());
  try {
    if (existsSync(target)) return;
    await removeLeftOvers(dirname(target), partial);
    await mkdir(scratch, { recursive: true });
    await renameIfAbsent(await fill(scratch), target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    held.release();
  }
}

/** Leftovers of a process that was killed during the same installation. */
async function removeLeftOvers(folder: string, partial: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith(partial));
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function renameIfAbsent(from: string, target: string): Promise<void> {
  try {
    await rename(from, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}
