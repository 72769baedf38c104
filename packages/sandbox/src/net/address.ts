/** What kind of network an address belongs to, by IANA's special-purpose registries. Only `public` may be reached. */
export type AddressClass =
  | "public"
  | "loopback"
  | "private"
  | "link-local"
  | "shared"
  | "multicast"
  | "metadata"
  | "embedded"
  | "reserved";

type Range = readonly [prefix: string, bits: number, kind: AddressClass];

const IPV4: readonly Range[] = [
  // Cloud platforms answer here from inside their networks; one of them at a public address.
  ["169.254.169.254", 32, "metadata"],
  ["169.254.170.2", 32, "metadata"],
  ["168.63.129.16", 32, "metadata"],
  ["100.100.100.200", 32, "metadata"],
  ["192.0.0.192", 32, "metadata"],
  ["0.0.0.0", 8, "reserved"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "shared"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 4, "multicast"],
  ["240.0.0.0", 4, "reserved"],
];

/** What lies outside of 2000::/3 and is not listed is `reserved`. */
const IPV6: readonly Range[] = [
  ["::1", 128, "loopback"],
  ["fd00:ec2::254", 128, "metadata"],
  ["fd20:ce::254", 128, "metadata"],
  ["::", 96, "embedded"],
  ["::ffff:0:0", 96, "embedded"],
  ["::ffff:0:0:0", 96, "embedded"],
  ["64:ff9b::", 96, "embedded"],
  ["64:ff9b:1::", 48, "embedded"],
  ["2002::", 16, "embedded"],
  ["2001::", 32, "embedded"],
  ["2001::", 23, "reserved"],
  ["2001:db8::", 32, "reserved"],
  ["3fff::", 20, "reserved"],
  ["fc00::", 7, "private"],
  ["fe80::", 10, "link-local"],
  ["fec0::", 10, "private"],
  ["ff00::", 8, "multicast"],
];

/** The 4 bytes of an address in four decimal parts without leading zeros; nothing else is one. */
export function parseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return Uint8Array.from(parts, Number);
}

/** The 16 bytes of an IPv6 address as RFC 4291 writes them; a zone (`%eth0`) or brackets make it none. */
export function parseIPv6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...(tail ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

function groupsOf(text: string): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const last = parts.at(-1) as string;
  const groups: number[] = [];
  if (last.includes(".")) {
    const bytes = parseIPv4(last);
    if (bytes === undefined) return undefined;
    parts.pop();
    groups.push((bytes[0]! << 8) | bytes[1]!, (bytes[2]! << 8) | bytes[3]!);
  }
  if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return undefined;
  return [...parts.map((part) => Number.parseInt(part, 16)), ...groups];
}

const parsed = (ranges: readonly Range[]) =>
  ranges.map(([prefix, bits, kind]) => ({ bytes: (parseIPv4(prefix) ?? parseIPv6(prefix))!, bits, kind }));
const RANGES = { 4: parsed(IPV4), 16: parsed(IPV6) };

/** The class of an address in text; `undefined` if it is no address. */
export function classifyAddress(text: string): AddressClass | undefined {
  const bytes = parseIPv4(text) ?? parseIPv6(text);
  if (bytes === undefined) return undefined;
  if (bytes.length === 16 && isIsatap(bytes)) return "embedded";
  const ranges = bytes.length === 4 ? RANGES[4] : RANGES[16];
  const found = ranges.find((range) => startsWith(bytes, range.bytes, range.bits));
  if (found !== undefined) return found.kind;
  return bytes.length === 4 || (bytes[0]! & 0xe0) === 0x20 ? "public" : "reserved";
}

/** `…:0:5efe:a.b.c.d` (RFC 5214): tunnelled to an IPv4 address by who has such an interface. */
function isIsatap(bytes: Uint8Array): boolean {
  return (bytes[8]! & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array, bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff00 >> (bits - bit)) & 0xff;
    if ((bytes[bit >> 3]! & mask) !== (prefix[bit >> 3]! & mask)) return false;
  }
  return true;
}
