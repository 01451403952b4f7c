/** The numbers of a version such as `2.15.1` or `v10.0.12`; undefined where there are none. */
function parseVersion(text: string): readonly number[] | undefined {
  const found = /(?<!\d)(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] : undefined;
}

/** Whether `version` is `minimum` or newer. A text without a version is not. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [parseVersion(version), parseVersion(minimum)];
  if (!have || !want) return false;
  for (const [place, wanted] of want.entries()) {
    const had = have[place] ?? 0;
    if (had !== wanted) return had > wanted;
  }
  return true;
}

/** Whether a .NET runtime of `version` runs a program built for `wanted`: same major version, not older. */
export function runsOn(version: string, wanted: string): boolean {
  return parseVersion(version)?.[0] === parseVersion(wanted)?.[0] && isAtLeast(version, wanted);
}
