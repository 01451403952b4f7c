import { expect, it } from '@jest/globals';
import type { ProblemError } from '@nestjs-spark/contracts';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { ValidationProblemPipe } from './validation-problem-pipe.ts';

/** Its rules have an order with which no tool would begin with the type. */
class Ball {
  @IsInt()
  @Min(1)
  @Max(9)
  size!: number;

  @IsString()
  @MaxLength(5)
  color!: string;
}

it('a field of another type is told its type, whatever else it breaks, and one that breaks several rules is told once', async () => {
  const refusal = (value: object): Promise<ProblemError> =>
    new ValidationProblemPipe().transform(value, { type: 'body', metatype: Ball }).then(
      () => Promise.reject(new Error('It was not refused')),
      (error: ProblemError) => error,
    );
  const { errors } = (await refusal({ size: 'large', color: 7 })).toProblem();
  expect(errors).toEqual([
    { pointer: '/size', detail: 'size must be a whole number' },
    { pointer: '/color', detail: 'color must be a string' },
  ]);
  const { errors: range } = (await refusal({ size: 11, color: 'red' })).toProblem();
  expect(range).toEqual([{ pointer: '/size', detail: 'size must be at most 9' }]);
});
