import { AS_STORED, shapeOf, type FieldShape, type FieldType } from './field-types.ts';

type DeclaredType = () => FieldType | undefined;

const declared = new WeakMap<object, Map<string, DeclaredType>>();
const shapes = new WeakMap<object, Map<string, FieldShape>>();

/** Records the declared type of a class's field. `type` is called on first use, since classes may refer to each other. */
export function declareField(prototype: object, name: string, type: DeclaredType): void {
  const fields = declared.get(prototype) ?? new Map<string, DeclaredType>();
  declared.set(prototype, fields.set(name, type));
}

/** Names of the fields declared by a class and its base classes. */
export function declaredFields(prototype: object): string[] {
  return chainOf(prototype).flatMap((one) => [...(declared.get(one)?.keys() ?? [])]);
}

/**
 * What is known of a field: its declared type, or else, if the field has any decorator, the type that TypeScript recorded
 * (`design:type`), provided that it is `Date` or a class.
 */
export function fieldShape(prototype: object, name: string): FieldShape {
  if (prototype === Object.prototype) return AS_STORED;
  const known = shapes.get(prototype) ?? new Map<string, FieldShape>();
  shapes.set(prototype, known);
  const shape = known.get(name) ?? findShape(prototype, name);
  // Documents may have any number of different names.
  if (known.size < 1000) known.set(name, shape);
  return shape;
}

const digits = new WeakMap<object, boolean>();

/** Whether a class, or the class of one of its declared fields, has fields that keep every digit of a number. */
export function keepsDigits(prototype: object): boolean {
  const known = digits.get(prototype);
  if (known !== undefined) return known;
  // A class may contain itself.
  digits.set(prototype, false);
  const found = declaredFields(prototype).some((name) => hasDigits(fieldShape(prototype, name)));
  digits.set(prototype, found);
  return found;
}

function hasDigits(shape: FieldShape): boolean {
  if ('of' in shape) return hasDigits(shape.of);
  if (shape.kind === 'object') return keepsDigits(shape.prototype);
  return shape.kind === 'bigint' || shape.kind === 'decimal';
}

/** The shape at a path of names; anything undeclared along the way is as stored. */
export function shapeAt(prototype: object, path: readonly string[]): FieldShape {
  let shape: FieldShape = { kind: 'object', prototype };
  for (const name of path) {
    if (shape.kind === 'object') shape = fieldShape(shape.prototype, name);
    else if (shape.kind === 'map') shape = shape.of;
    else return AS_STORED;
  }
  return shape;
}

/** Whether a class itself defines a name, as a method or a getter (`get label()`). */
export function isComputed(prototype: object, name: string): boolean {
  if (name === 'constructor') return false;
  return chainOf(prototype).some((one) => {
    const descriptor = Object.getOwnPropertyDescriptor(one, name);
    if (!descriptor) return false;
    return (
      descriptor.get !== undefined || descriptor.set !== undefined || typeof descriptor.value === 'function'
    );
  });
}

function findShape(prototype: object, name: string): FieldShape {
  for (const one of chainOf(prototype)) {
    const type = declared.get(one)?.get(name);
    if (!type) continue;
    const given = type();
    return given === undefined ? notedShape(designType(prototype, name)) : shapeOf(given);
  }
  const noted = shapeOf(designType(prototype, name));
  return noted.kind === 'date' || noted.kind === 'object' ? noted : AS_STORED;
}

/**
 * The compiler emits Object for unions (including with null), interfaces and classes declared later, and no element types for
 * lists.
 */
function notedShape(type: unknown): FieldShape {
  if (type !== undefined && type !== Object && type !== Array) return shapeOf(type);
  return {
    kind: 'impossible',
    problem: 'is declared without a type, and the compiler emits none',
    remedy: 'Write @Field(() => Date), or for a list @Field(() => [Date])',
  };
}

/** What `emitDecoratorMetadata` emitted for a decorated field, if reflect-metadata is loaded. */
function designType(prototype: object, name: string): unknown {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: object, name: string) => unknown };
  return getMetadata?.('design:type', prototype, name);
}

function chainOf(prototype: object): object[] {
  const chain: object[] = [];
  for (let one: object | null = prototype; one && one !== Object.prototype;) {
    chain.push(one);
    one = Object.getPrototypeOf(one) as object | null;
  }
  return chain;
}
