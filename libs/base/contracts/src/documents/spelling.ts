/** How the store spells the names of an object's members: by convention, or as in TypeScript. */
export interface Spelling {
  readonly asWritten: boolean;
  /** The spelling within a member, given by its name in TypeScript. Lists are transparent. */
  inside(name: string): Spelling;
}

export const BY_CONVENTION: Spelling = { asWritten: false, inside: () => BY_CONVENTION };

/** Path placeholder for every key of a dictionary. */
const ANY_KEY = '*';

/** @param dictionaries paths of objects whose keys are data: `prices`, `owner.phones`; `prices.*` for the values of a dictionary */
export function spellingOf(dictionaries: readonly string[]): Spelling {
  if (dictionaries.length === 0) return BY_CONVENTION;
  const root = new DeclaredSpelling();
  for (const path of dictionaries) {
    let at = root;
    for (const name of path.split('.')) at = at.declare(name);
    at.asWritten = true;
  }
  return root;
}

class DeclaredSpelling implements Spelling {
  asWritten = false;
  readonly #members = new Map<string, DeclaredSpelling>();

  inside(name: string): Spelling {
    return this.#members.get(name) ?? this.#members.get(ANY_KEY) ?? BY_CONVENTION;
  }

  declare(name: string): DeclaredSpelling {
    const member = this.#members.get(name) ?? new DeclaredSpelling();
    this.#members.set(name, member);
    return member;
  }
}
