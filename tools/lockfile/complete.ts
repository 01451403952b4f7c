/** The relevant parts of a lockfile. */
export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

export interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

/**
 * Adds the optional packages of other platforms that are missing from a lockfile. npm omits those that its registry does not
 * serve, as often with mirrors, and then refuses its own lockfile in `npm ci`. They can be derived without the registry: the
 * version is the exact one requested, and the name tells the platform. Returns what was added.
 */
export function completeLockfile({ packages }: Lockfile): string[] {
  const added: string[] = [];
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (isLocked(packages, path, name)) continue;
      if (!/^\d+\.\d+\.\d+/.test(version))
        throw new Error(`${path} asks for ${name} ${version}, not exactly`);
      packages[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(dev === true && { dev }),
        optional: true,
      };
      added.push(name);
    }
  }
  return added;
}

/** The platform in a name such as `@swc/core-linux-x64-gnu`. */
export function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const found = /-(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(name);
  const [, os, cpu, abi] = found ?? [];
  if (!os || !cpu) throw new Error(`${name} does not tell its platform: add it to the lockfile by hand`);
  const libc = os === 'linux' ? libcs[abi ?? ''] : undefined;
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
}

const libcs: Record<string, string> = {
  gnu: 'glibc',
  gnueabihf: 'glibc',
  musl: 'musl',
  musleabihf: 'musl',
};

/** Whether Node, resolving from `path`, would find the package in one of the folders above it. */
function isLocked(packages: Lockfile['packages'], path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder && `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}
