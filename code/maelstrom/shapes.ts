/**
 * What a field may hold. A shape is a question to a value, so that the
 * contract of a workload is a table: names of fields and their shapes.
 */
// unprinted: for the chapter on testing
import type { Json } from "../kernel/node.ts";

// #region shapes
/** Does it hold what it should? A field that is absent is undefined. */
export type Shape = (value: Json | undefined) => boolean;
export type Fields = { readonly [name: string]: Shape };

export const any: Shape = (value) => value !== undefined;
export const nothing: Shape = (value) => value === null;
export const text: Shape = (value) => typeof value === "string";
export const flag: Shape = (value) => typeof value === "boolean";
/** Beyond 2^53 a number here is not the one that was sent. */
export const integer: Shape = (value) => Number.isSafeInteger(value);
export const natural: Shape = (value) =>
  integer(value) && Number(value) >= 0;

export function exactly(word: string): Shape {
  return (value) => value === word;
}

// #endregion shapes

// #region combinators
export function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

/** A list of just these, one after the other. */
export function tuple(...shapes: readonly Shape[]): Shape {
  return (value) =>
    Array.isArray(value) &&
    value.length === shapes.length &&
    shapes.every((shape, at) => shape(value[at]));
}

export function either(...shapes: readonly Shape[]): Shape {
  return (value) => shapes.some((shape) => shape(value));
}

/** An object, whatever its fields are called. */
export function mapOf(shape: Shape): Shape {
  return (value) =>
    isObject(value) && Object.values(value).every(shape);
}

/** An object with these fields; it may have others too. */
export function object(fields: Fields): Shape {
  return (value) =>
    isObject(value) && misfit(fields, value) === undefined;
}
// #endregion combinators

type JsonObject = { readonly [name: string]: Json };

function isObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value)
  );
}

// #region misfit
/** The name of the first field that is missing or does not fit. */
export function misfit(
  fields: Fields,
  value: JsonObject,
): string | undefined {
  return Object.keys(fields).find(
    (name) => fields[name]?.(own(value, name)) === false,
  );
}

/** A field of its own, not what every object has ("constructor"). */
export function own(value: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/** So deep that a walk through it could use up the stack? */
export function isDeeperThan(levels: number, value: Json): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((part) =>
    isDeeperThan(levels - 1, part),
  );
}
// #endregion misfit
