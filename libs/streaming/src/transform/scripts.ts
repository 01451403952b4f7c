import type {
  DeletedInput,
  DocumentLoader,
  ScriptInput,
  ScriptOutput,
  Transformation,
} from '@nestjs-spark/etl-script/internal';

/** Where scripts are run; a `ScriptPool` is one. */
export interface Scripts {
  open(transformation: Transformation): OpenScript;
}

export interface OpenScript {
  transform(inputs: ScriptInput[], load: DocumentLoader, signal?: AbortSignal): Promise<ScriptOutput[]>;
  transformDeleted(
    inputs: DeletedInput[],
    load: DocumentLoader,
    signal?: AbortSignal,
  ): Promise<ScriptOutput[]>;
  close(): void;
}
