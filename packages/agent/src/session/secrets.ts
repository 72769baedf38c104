/** Masks values that must not be kept: those that the caller names, and texts that look like well-known keys. */
export type Mask = (text: string) => string;

/** Shapes of keys that providers hand out; long enough not to hit ordinary words. */
const SHAPES = [
  /\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,}\b/g,
  /\bAIza[0-9A-Za-z_-]{35}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{50,}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/g,
  /\bAKIA[0-9A-Z]{16}\b/g,
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z]+ )?PRIVATE KEY-----|$)/g,
];

/** `values` shorter than 6 characters are not masked: they would hit everything. */
export function maskSecrets(values: readonly string[] = []): Mask {
  const named = values.filter((value) => value.length >= 6);
  return (text) => {
    let masked = text;
    for (const value of named) masked = masked.replaceAll(value, "[secret]");
    for (const shape of SHAPES) masked = masked.replace(shape, "[secret]");
    return masked;
  };
}

/** The same value with every string in it masked. */
export function maskDeep<T>(value: T, mask: Mask): T {
  if (typeof value === "string") return mask(value) as T;
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(item, mask)])) as T;
}
