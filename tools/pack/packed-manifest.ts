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
 * The manifest of a tarball: without the source condition and the entry points that have nothing else, each sibling at exactly
 * its current version, and with the fields that the repository defines once for all packages.
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

/** The remaining entry points without the source condition. */
export function packedDoors({ exports }: Manifest): Record<string, Door> {
  const doors = Object.entries(exports).map(([path, door]) => {
    const { [SOURCE_CONDITION]: _, ...conditions } = door;
    return [path, conditions] as const;
  });
  return Object.fromEntries(doors.filter(([, door]) => Object.keys(door).length > 0));
}

/** Converts a README's links into the repository to URLs that work on a registry's page. */
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
