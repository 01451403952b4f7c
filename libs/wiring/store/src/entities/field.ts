import { declareField, type FieldType } from '@nestjs-spark/contracts/internal';

/**
 * Says what a field of an entity is where JSON does not have it, so that it comes back as that:
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
 * Texts, numbers, booleans and plain objects need none. A stored value that does not fit (the text `soon` in a `Date`) comes back as it
 * is in the document.
 * @param type asked for at the first use, so classes may name each other. Default: what TypeScript notes with
 *   `emitDecoratorMetadata`; it notes no elements of lists, Maps and Sets
 * @throws {EntityDeclarationError} at the start of the application, when no document can hold that
 */
export function Field(type: () => FieldType | undefined = () => undefined): PropertyDecorator {
  return (prototype, name) => {
    if (typeof name === 'string') declareField(prototype, name, type);
  };
}
