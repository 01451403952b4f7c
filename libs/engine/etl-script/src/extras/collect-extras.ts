import { ravenKey } from '@nestjs-spark/contracts/text';
import { isSameCollection } from '../names/id-prefix.ts';
import { readExtras, type StoredExtras } from './document-extras.ts';
import type { DocumentExtras, ExtrasUse } from './types.ts';

/** An addition as reported by the sandbox: to the load with this number, or (-1) to the document's own copy. */
interface SaidExtra {
  load: number;
  kind: 'attachment' | 'counter' | 'time-series';
  /** The attachment's index in the document's list. */
  at?: number;
  name?: string;
  from?: string | null;
  to?: string | null;
  /** The name to use at the copy. */
  as?: string;
}

/** The additions of one document, by load. The sandbox only names them; their content is read from the document. */
export class ExtrasCollector {
  readonly #use: ExtrasUse;
  #said: SaidExtra[] = [];

  constructor(use: ExtrasUse) {
    this.#use = use;
  }

  add(line: string): void {
    this.#said.push(JSON.parse(line) as SaidExtra);
  }

  clear(): void {
    this.#said = [];
  }

  /** The extras of each load, in order; undefined: leave what the copy has. */
  take(
    loads: readonly { target: string }[],
    collection: string,
    document: string,
  ): (DocumentExtras | undefined)[] {
    const said = this.#said;
    this.#said = [];
    const stored = said.some(({ kind }) => kind === 'attachment') ? readExtras(document) : null;
    return loads.map(({ target }, number) => {
      const own = isSameCollection(target, collection);
      const extras = this.#emptyFor(own);
      for (const one of said) if (one.load === number || (one.load < 0 && own)) put(extras, one, stored);
      return Object.keys(extras).length > 0 ? extras : undefined;
    });
  }

  /** A script that adds anything determines all extras of its copies; a behaviour does so for its kind on own copies. */
  #emptyFor(own: boolean): DocumentExtras {
    const { adds, counterBehavior, timeSeriesBehavior } = this.#use;
    return {
      ...(adds && { attachments: [] }),
      ...((adds || (own && counterBehavior !== null)) && { counters: [] }),
      ...((adds || (own && timeSeriesBehavior !== null)) && { timeSeries: [] }),
    };
  }
}

function put(extras: DocumentExtras, said: SaidExtra, stored: StoredExtras | null): void {
  const { kind, at = -1, name = '', from = null, to = null, as } = said;
  if (kind === 'counter') {
    if (!extras.counters?.includes(name)) extras.counters?.push(name);
  } else if (kind === 'time-series') {
    extras.timeSeries?.push({ name, from, to });
  } else {
    const attachment = stored?.attachments[at];
    if (!attachment || !extras.attachments) return;
    const given = as ?? attachment.name;
    // As with every repeated put of a name, the last one wins.
    const others = extras.attachments.filter((other) => ravenKey(other.name) !== ravenKey(given));
    extras.attachments = [...others, { ...attachment, name: given }];
  }
}
