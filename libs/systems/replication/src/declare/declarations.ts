import type { Type } from '@nestjs/common';
import type { EtlScriptItem } from '@nestjs-spark/contracts';
import type { ApplyTask } from '@nestjs-spark/streaming/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';

/** One `@Replicated()` class, checked and complete. */
export interface Declaration {
  /** The class, for messages and to look up the class of a copy. */
  target: Type;
  item: EtlScriptItem;
  task: ApplyTask;
  /** Declared with `fields`: every document is copied. */
  takesAll?: boolean;
}

/** Everything that this module requests from one owner. */
export interface OwnerDeclarations {
  /** Spelled as in the first declaration. */
  owner: string;
  declarations: readonly Declaration[];
  scripts: EtlScriptItem[];
  tasks: ApplyTask[];
}

/** The copies that this module keeps, by owner. */
export class Declarations {
  private readonly owners: ReadonlyMap<string, OwnerDeclarations>;

  constructor(declarations: readonly Declaration[]) {
    const byOwner = Map.groupBy(declarations, (one) => nameKey(one.task.key.owner));
    this.owners = new Map([...byOwner].map(([key, group]) => [key, gather(group)]));
  }

  /** One entry per owner. */
  all(): OwnerDeclarations[] {
    return [...this.owners.values()];
  }

  of(owner: string): OwnerDeclarations | null {
    return this.owners.get(nameKey(owner)) ?? null;
  }

  /** One entry per class. */
  classes(): Declaration[] {
    return this.all().flatMap((one) => one.declarations);
  }

  tasks(): ApplyTask[] {
    return this.all().flatMap((one) => one.tasks);
  }
}

function gather(declarations: Declaration[]): OwnerDeclarations {
  const owner = declarations[0]?.task.key.owner ?? '';
  return {
    owner,
    declarations,
    scripts: declarations.map((one) => one.item),
    tasks: declarations.map((one) => one.task),
  };
}
