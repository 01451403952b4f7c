import type { CompiledScript } from '../compile/compile-script.ts';
import type { DocumentExtras } from '../extras/types.ts';
import type { ScriptFailure, ScriptFailureKind } from '../types.ts';
import type { OutputBounds } from './output-budget.ts';

/** Several texts in one buffer, so that a batch crosses the thread in one piece. */
export interface PackedTexts {
  buffer: ArrayBuffer;
  /** Where each text ends; -1 in front of `ends[0]` is position 0. A text that is not there ends at -1. */
  ends: Int32Array;
}

/** One batch for a worker. */
export interface Job {
  /** Given when the worker does not have this script yet. */
  script?: CompiledScript;
  bounds: OutputBounds;
  ids: string[];
  collections: string[];
  /** Absent: the documents are deleted, and only the script's delete behaviours are asked. */
  documents?: PackedTexts;
  /** Documents that scripts asked for in earlier rounds. */
  loads?: PackedTexts & { ids: string[] };
  /** By document: which of `loads` it asked for. */
  needs?: number[][];
}

/** A failure as the worker sees it; places are those of the program, not yet of the user's text. */
export interface RawFailure {
  kind: ScriptFailureKind;
  reason: string;
  stack: string;
}

export const DONE = 0;
export const FAILED = 1;
export const WANTS = 2;
/** The job's turn ended before it. */
export const LATER = 3;

export const PUT = 0;
export const DELETE = 1;
export const DELETE_PREFIX = 2;

/** A batch's outcome, in columns: few large values cross a thread faster than many small ones. */
export interface Reply {
  /** By document: DONE, FAILED, WANTS or LATER. */
  statuses: Uint8Array;
  /** By document: how many of the commands below are its own. */
  counts: Uint32Array;
  types: Uint8Array;
  /** By command; null for the id of the document that the command is of, which most have. */
  ids: (string | null)[];
  /** By put: its place among `collectionNames`. */
  collections: Uint32Array;
  collectionNames: string[];
  /** By put. */
  fields: string[];
  /** By put that has some. */
  metadata: Record<number, string>;
  /** By put that has some. */
  extras: Record<number, DocumentExtras>;
  failures: Record<number, ScriptFailure>;
  wants: Record<number, string[]>;
  /** The worker has met what it should not outlive; replace it. */
  spoiled: boolean;
  /** A small sandbox is not enough for it, and nothing was done: a large one is to do it. */
  wantsMemory: boolean;
  /** Bytes of JSON text, about, that its commands carry. */
  size: number;
  /** Processor time that the job took in this thread, in ms. */
  ms: number;
  /** As much of that as it took to put the program in, which others had displaced. */
  openingMs: number;
}
