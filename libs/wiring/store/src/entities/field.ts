import { declareField, type FieldType } from '@nestjs-spark/contracts/internal';

/**
 * Declares a field's type where JSON does not have it, so that values come back as that type:
 *
 * ```ts
 * @Field() boughtAt!: Date;
 * @Field() address!: Address;
 * @Field(() => BigInt) mileage!: bigint;
 * @Field(() => Decimal) price!: string;
 * @Field(() => [Date]) services!: Date[];
 * @Field(() => mapOf(Number)) prices!: Map<string, number>;
 * @Field(() => setOf(String)) tags!: Set<string>;
 * ```
 *
 * Strings, numbers, booleans and plain objects need no `@Field()`. A stored value that does not fit (the string `soon` in a `Date`)
 * comes back as it is in the document.
 * @param type evaluated at first use, so classes may refer to each other. Default: the type that TypeScript emits with
 *   `emitDecoratorMetadata`, which does not include the elements of lists, Maps and Sets
 * @throws {EntityDeclarationError} at startup, when no document can hold this type
 */
export function Field(type: () => FieldType | undefined = () => undefined): PropertyDecorator {
  return (prototype, name) => {
    if (typeof name === 'string') declareField(prototype, name, type);
  };
}
