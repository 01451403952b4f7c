/** This module's name and the address in its settings; and the token under which both are provided. */
export interface ThisModule {
  moduleName: string;
  /** Without a trailing slash; empty: where its server listens. */
  moduleUrl: string;
}

/** `ThisModule` */
export const THIS_MODULE = Symbol('SPARK_THIS_MODULE');
