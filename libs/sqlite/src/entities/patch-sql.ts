import { storedField, storedName } from '@nestjs-spark/contracts/internal';
import { jsonPath, quoteText } from './table-name.ts';

/** What to make of `_document`, as SQL; `value` stands for the JSON that it takes the new fields from. */
export interface FieldChanges {
  expression: string;
  /** JSON texts for the question marks, in their order. */
  parameters: string[];
}

/** Changes the named fields and leaves every other sign as it is; a field that is undefined goes. */
export function toFieldChanges(changes: object, prototype: object): FieldChanges {
  let expression = '_document';
  const parameters: string[] = [];
  for (const [name, value] of Object.entries(changes)) {
    const path = jsonPath(storedName(name));
    if (name === 'id' || path === null) continue;
    const json = JSON.stringify(storedField(prototype, name, value)) as string | undefined;
    if (json === undefined) {
      expression = `json_remove(${expression}, ${quoteText(path)})`;
    } else {
      expression = `json_set(${expression}, ${quoteText(path)}, json(?))`;
      parameters.push(json);
    }
  }
  return { expression, parameters };
}
