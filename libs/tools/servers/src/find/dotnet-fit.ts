import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines, runProgram } from '../host/run-program.ts';
import { runsOn } from './version.ts';

/** The shared frameworks that RavenDB's server runs on. */
const frameworks = ['Microsoft.NETCore.App', 'Microsoft.AspNetCore.App'] as const;

/** What prevents a .NET folder from running a program for `wanted`; undefined when nothing does. */
export async function misfit(root: string, wanted: string): Promise<string | undefined> {
  if (!existsSync(join(root, 'dotnet'))) return `no dotnet in ${root}`;
  for (const framework of frameworks) {
    const versions = await readdir(join(root, 'shared', framework)).catch(() => []);
    if (!versions.some((version) => runsOn(version, wanted))) {
      return `${framework} ${wanted} or newer of that major is not in ${root} (there: ${versions.join(', ') || 'none'})`;
    }
  }
  // A different architecture or a missing system library only shows when it runs.
  const { code, output } = await runProgram(join(root, 'dotnet'), ['--list-runtimes']);
  return code === 0 ? undefined : `${join(root, 'dotnet')} does not run here: ${lastLines(output, 2)}`;
}

/** The .NET version that a server folder requires; undefined when it includes its own. */
export async function wantedDotnet(serverFolder: string): Promise<string | undefined> {
  const file = join(serverFolder, 'Raven.Server.runtimeconfig.json');
  const { runtimeOptions } = JSON.parse(await readFile(file, 'utf8')) as RuntimeConfig;
  return runtimeOptions.frameworks?.find(({ name }) => name === frameworks[0])?.version;
}

interface RuntimeConfig {
  runtimeOptions: { frameworks?: { name: string; version: string }[] };
}

/**
 * Whether .NET finds ICU. Without it, a server stops immediately unless told to run without
 * (`DOTNET_SYSTEM_GLOBALIZATION_INVARIANT`).
 */
export async function hasIcu(folders: readonly string[] = libraryFolders()): Promise<boolean> {
  if (process.platform === 'darwin') return true;
  for (const folder of folders) {
    const files = await readdir(folder).catch(() => []);
    if (files.some((file) => file.startsWith('libicuuc.so'))) return true;
  }
  return false;
}

function libraryFolders(): string[] {
  const triple = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const roots = ['/usr/lib', '/lib', '/usr/lib64', '/lib64', '/usr/local/lib'];
  return [...roots, ...roots.map((root) => join(root, triple))];
}
