import type { ProblemField } from '@nestjs-spark/contracts';

/** The facts about a script that the rules need. */
export interface InspectedScript {
  usesLoad: boolean;
  usesDynamicCode: boolean;
  /** Whether it may reach the global object, or access properties by computed names. */
  usesComputedNames: boolean;
}

/** Scripts that RavenDB's own ETL must not run: inside the database nothing restricts `load` to what is shared, and dynamic code could hide it. */
export function unconfinedScripts(scripts: readonly InspectedScript[]): ProblemField[] {
  return scripts.flatMap(({ usesLoad, usesDynamicCode, usesComputedNames }, index) => {
    const pointer = `/scripts/${index}/script`;
    if (usesDynamicCode)
      return [{ pointer, detail: "dynamic code (eval, Function, with) cannot run in RavenDB's own ETL" }];
    if (usesComputedNames)
      return [
        {
          pointer,
          detail:
            "a computed name (x[name]), or `this` in a function, can reach anything in RavenDB's own ETL; write names out",
        },
      ];
    if (usesLoad)
      return [{ pointer, detail: "load() cannot be confined to what is shared in RavenDB's own ETL" }];
    return [];
  });
}

/** Scripts on collections with restricted shares: ETL reads whole documents. */
export function boundedShares(
  scripts: readonly { sourceCollection: string }[],
  isBounded: (collection: string) => boolean,
): ProblemField[] {
  return scripts.flatMap(({ sourceCollection }, index) =>
    isBounded(sourceCollection)
      ? [
          {
            pointer: `/scripts/${index}/sourceCollection`,
            detail: `only some fields of ${sourceCollection} are shared, which RavenDB's own ETL cannot enforce`,
          },
        ]
      : [],
  );
}

/** Scripts with an id prefix: ETL keeps the ids of the source. */
export function prefixedScripts(scripts: readonly { idPrefix?: string }[]): ProblemField[] {
  return scripts.flatMap(({ idPrefix }, index) =>
    idPrefix === undefined
      ? []
      : [
          {
            pointer: `/scripts/${index}/idPrefix`,
            detail: "RavenDB's own ETL does not support id prefixes",
          },
        ],
  );
}

/** Target addresses that are not on the owner's list. However an internal address is spelled, it is simply not listed. */
export function unlistedTargets(urls: readonly string[], allowed: readonly string[]): ProblemField[] {
  const list = new Set(allowed.map(canonical).filter((url) => url !== null));
  if (urls.length === 0) return [{ pointer: '/targetUrls', detail: 'an address is needed for RavenDB ETL' }];
  return urls.flatMap((url, index) => {
    const known = canonical(url);
    if (known !== null && list.has(known)) return [];
    return [
      { pointer: `/targetUrls/${index}`, detail: "not on this module's list of targets (SPARK_TARGET_URLS)" },
    ];
  });
}

function canonical(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || !/^https?:$/.test(url.protocol)) return null;
  return `${url.origin}${url.pathname.replace(/(?<!\/)\/+$/, '')}`;
}
