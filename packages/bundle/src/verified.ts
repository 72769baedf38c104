declare const verified: unique symbol;

/**
 * A document that verification returned. The brand's symbol is not exported and only the verify functions make one, so a
 * function that asks for `Verified<Manifest>` cannot be given anything else without a cast.
 */
export type Verified<T> = T & { readonly [verified]: true };

/** For the verify functions only; index.ts does not export it. */
export const brand = <T>(value: unknown): Verified<T> => value as Verified<T>;
