import { checkPut } from './check-put.ts';
import { entityFields, seenFields } from './entity-fields.ts';
import { originOf, type EntityOrigin } from './entity-origin.ts';
import { fromStoredFields } from './field-names.ts';
import { makeEntity, parseStored } from './make-entity.ts';
import { mergeObject, ReadOnDemand, type MergeRules } from './merge-fields.ts';
import { MovedValues } from './moved-values.ts';
import { spellingOf, type Spelling } from './spelling.ts';

/** Makes the fields to store, as JSON text, from the stored ones (null: no document). Called again after a concurrent write. */
export type FieldsOver = (stored: string | null) => string;

/** An entity to put, as it was when `put` was called. */
export interface EntityPut {
  fields: FieldsOver;
  /** What the entity was read from, if it is the very object that the store returned. */
  origin: EntityOrigin | null;
}

/** Converts between entities of one class and the fields of stored documents, identically on every store. */
export class EntityMapping {
  readonly spelling: Spelling;
  /** Prototype of the entities. */
  readonly prototype: object;

  /**
   * @param prototype of the entities
   * @param dictionaries paths of objects whose keys are data rather than field names
   */
  constructor(prototype: object = Object.prototype, dictionaries: readonly string[] = []) {
    this.prototype = prototype;
    this.spelling = spellingOf(dictionaries);
  }

  /** An entity made from the fields' JSON text. */
  read(fields: string, id: string): object {
    const parsed = parseStored(fields, this.prototype);
    return makeEntity(this.prototype, fromStoredFields(parsed, this.spelling) as object, id);
  }

  /**
   * The whole entity as it is now. Fields whose stored value reads as the entity's value keep their stored text; fields that the
   * entity does not have are removed; fields that cannot be read at all stay.
   * @returns takes the id once there is one, and throws `ContentRefusedError` when no document can have it; `fields` throws it
   *   for a value that cannot be stored
   */
  put(entity: object): (id: string) => EntityPut {
    const text = entityFields(entity, this.prototype);
    const origin = originOf(entity);
    return (id) => ({ fields: this.#over(id, text, origin, { keepMarks: origin === null }), origin });
  }

  /** Only the named fields; undefined removes one. The result throws `ContentRefusedError` for a value that cannot be stored. */
  patch(id: string, changes: object): FieldsOver {
    const text = entityFields(changes, this.prototype);
    const named = new Set(Object.keys(changes));
    named.delete('id');
    return this.#over(id, text, originOf(changes), { keepMarks: true, named });
  }

  #over(
    id: string,
    wanted: string,
    origin: EntityOrigin | null,
    rules: Pick<MergeRules, 'keepMarks' | 'named'>,
  ): FieldsOver {
    checkPut(id, '{}');
    const check = (text: string): string => checkPut(id, text);
    return (stored) => {
      const texts = [stored ?? '{}', ...(origin ? [origin.text] : [])];
      const sources = texts.map(
        (text) => new ReadOnDemand(text, () => seenFields(this.read(text, id), this.prototype)),
      );
      const moved = new MovedValues(texts, this.spelling);
      return mergeObject(wanted, sources, { ...rules, check, moved, spelling: this.spelling });
    };
  }
}
