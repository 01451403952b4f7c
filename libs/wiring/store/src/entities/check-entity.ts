import { declaredFields, fieldShape, isComputed, type FieldShape } from '@nestjs-spark/contracts/internal';
import { optionFaults, type EntityClass } from './entity.ts';
import { EntityDeclarationError, type FieldFault } from './entity-declaration-error.ts';

/**
 * Checks the options of a class, and every field that it declares, including those of nested classes.
 * @throws {EntityDeclarationError} naming class, field and remedy, when no document can hold one
 */
export function checkEntity(entity: EntityClass): void {
  const faults = [...optionFaults(entity), ...faultsOf(entity.prototype as object, new Set())];
  if (faults.length > 0) throw new EntityDeclarationError(faults);
}

function faultsOf(prototype: object, seen: Set<object>): FieldFault[] {
  if (seen.has(prototype)) return [];
  seen.add(prototype);
  const className = prototype.constructor.name;
  return declaredFields(prototype).flatMap((field) => {
    const shape = fieldShape(prototype, field);
    if (shape.kind === 'impossible')
      return [{ className, field, problem: shape.problem, remedy: shape.remedy }];
    if (isComputed(prototype, field)) {
      return [
        { className, field, problem: 'is computed by the class and not stored', remedy: 'Remove @Field()' },
      ];
    }
    return classesIn(shape).flatMap((inner) => faultsOf(inner, seen));
  });
}

function classesIn(shape: FieldShape): object[] {
  if ('of' in shape) return classesIn(shape.of);
  return shape.kind === 'object' ? [shape.prototype] : [];
}
