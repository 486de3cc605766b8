/**
 * Reads a YAML map against a table of fields: front matter, editions and decks are all read so. Every mistake is
 * noted at its own line and column; what comes back holds only fields of the right type.
 */
import type { VFile } from "vfile";
import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from "yaml";
import { fail } from "./report.ts";

export type FieldType =
  | "string"
  | "strings"
  | "address"
  | "integer"
  | "boolean"
  | "map"
  | "list"
  | "any"
  | readonly (string | number)[];
export type Fields = Readonly<
  Record<string, { readonly type: FieldType; readonly required?: boolean }>
>;

/** Where an offset of the YAML lies in its file. */
export type PlaceOf = (offset: number) => { readonly line: number; readonly column: number };

/**
 * @param file  where mistakes are noted
 * @param text  the YAML
 * @param firstLine  line of the file on which `text` begins (from 1)
 * @returns the values by field, or null where the YAML does not parse
 */
export function readFields(
  file: VFile,
  text: string,
  firstLine: number,
  fields: Fields,
): Record<string, unknown> | null {
  const parsed = parseMap(file, text, firstLine);
  return parsed && readMap(file, parsed.map, parsed.at, fields, 0);
}

/** The map that a YAML text holds, null in it for an empty text; null where the YAML does not parse or holds something else. */
export function parseMap(
  file: VFile,
  text: string,
  firstLine: number,
): { readonly map: YAMLMap | null; readonly at: PlaceOf } | null {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line) + firstLine - 1, column: Math.max(1, col) };
  };
  for (const error of document.errors)
    fail(file, at(error.pos[0]), "yaml-valid", { reason: sentence(error.message) });
  if (document.errors.length > 0) return null;
  const { contents } = document;
  if (contents !== null && !isMap(contents)) {
    fail(file, at(0), "yaml-valid", {
      reason: "YAML holds no map",
      expected: "lines of the form `field: value`",
    });
    return null;
  }
  return { map: contents, at };
}

/**
 * The values of a map by field; what is unknown, missing or of another type is noted.
 *
 * @param start  offset where a missing field is noted
 */
export function readMap(
  file: VFile,
  map: YAMLMap | null,
  at: PlaceOf,
  fields: Fields,
  start = rangeStart(map),
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const names = Object.keys(fields);
  for (const pair of map?.items ?? []) {
    const key = isScalar(pair.key) ? String(pair.key.value) : "?";
    const place = at(rangeStart(pair.key));
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!field) {
      fail(file, place, "field-known", {
        reason: `Unknown field "${key}"`,
        found: key,
        known: names,
      });
      continue;
    }
    const value = (pair.value as { toJSON?: () => unknown } | null)?.toJSON?.() ?? null;
    if (value === null) {
      if (field.required)
        fail(file, place, "field-required", {
          reason: `Field "${key}" is empty`,
          expected: wordFor(field.type),
        });
    } else if (fits(value, field.type)) values[key] = value;
    else {
      fail(file, at(rangeStart(pair.value) || rangeStart(pair.key)), "field-type", {
        reason: `Field "${key}" has a value of another type`,
        found: typeof value === "object" ? JSON.stringify(value) : String(value),
        ...(typeof field.type === "object"
          ? { known: field.type.map(String) }
          : { expected: wordFor(field.type) }),
      });
    }
  }
  const written = new Set(
    (map?.items ?? []).map((pair) => (isScalar(pair.key) ? String(pair.key.value) : "?")),
  );
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && !written.has(name))
      fail(file, at(start), "field-required", {
        reason: `Field "${name}" is missing`,
        expected: `${name}: ${wordFor(field.type)}`,
      });
  }
  return values;
}

function fits(value: unknown, type: FieldType): boolean {
  if (type === "any") return true;
  if (type === "string") return typeof value === "string" && value.trim() !== "";
  if (type === "address") return typeof value === "string" && isAddress(value);
  if (type === "boolean") return typeof value === "boolean";
  if (type === "integer") return Number.isInteger(value);
  if (type === "strings")
    return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (type === "list") return Array.isArray(value);
  if (type === "map") return typeof value === "object" && !Array.isArray(value);
  return type.some((one) => one === value);
}

export const addressForm = "the address of a folder, as in https://example.org/book/";

/** Whether a file's path can be put behind it: https, a host, a folder, and written as a browser would write it. */
export function isAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.href !== text) return false;
  return url.protocol === "https:" && url.username === "" && /^[^?#]*\/$/.test(text);
}

function wordFor(type: FieldType): string {
  if (typeof type === "object") return `one of ${type.join(", ")}`;
  const words = {
    string: "text",
    strings: "a list of texts",
    address: addressForm,
    integer: "a whole number",
    boolean: "true or false",
    map: "a map",
    list: "a list",
    any: "a value",
  };
  return words[type];
}

function rangeStart(node: unknown): number {
  return (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
}

function sentence(text: string): string {
  return text.replace(/\s+/g, " ").replace(/ at line .*$/, "");
}
