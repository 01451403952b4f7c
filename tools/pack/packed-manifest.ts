import { SOURCE_CONDITION, type Door, type Library, type Manifest, type RootManifest } from './manifest.ts';

/** A manifest as a registry shows it. */
export interface PackedManifest extends Omit<Manifest, 'exports'> {
  readonly exports: Readonly<Record<string, Door | './package.json'>>;
  readonly license: string;
  readonly homepage: string;
  readonly engines: RootManifest['engines'];
  readonly repository: RootManifest['repository'] & { readonly directory: string };
}

/**
 * The manifest that a tarball carries: without the condition for sources and the doors that have nothing else, each sibling at
 * exactly the version it has here, and with what the repository says once for all packages.
 */
export function packedManifest(
  { folder, manifest }: Library,
  root: RootManifest,
  siblings: ReadonlyMap<string, string>,
): PackedManifest {
  const { dependencies = {}, ...rest } = manifest;
  return {
    ...rest,
    license: root.license,
    homepage: root.homepage,
    engines: root.engines,
    repository: { ...root.repository, directory: folder },
    exports: { ...packedDoors(manifest), './package.json': './package.json' },
    dependencies: mapValues(dependencies, (range, name) => siblings.get(name) ?? range),
  };
}

/** The doors that are left when the sources' condition is taken out. */
export function packedDoors({ exports }: Manifest): Record<string, Door> {
  const doors = Object.entries(exports).map(([path, door]) => {
    const { [SOURCE_CONDITION]: _, ...conditions } = door;
    return [path, conditions] as const;
  });
  return Object.fromEntries(doors.filter(([, door]) => Object.keys(door).length > 0));
}

/** A README's links into the repository, as addresses that work from a registry's page. */
export function absoluteLinks(readme: string, folder: string, { homepage, version }: RootManifest): string {
  const base = new URL(`${homepage.replace(/#.*$/, '')}/blob/v${version}/${folder}/`);
  return readme.replaceAll(/\]\((\.\.?\/[^)]+)\)/g, (_, link: string) => `](${new URL(link, base).href})`);
}

function mapValues(
  record: Readonly<Record<string, string>>,
  to: (value: string, key: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value, key)]));
}
