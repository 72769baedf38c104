import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";

/** A project's file for an index: a wheel, or whatever its name says. */
export interface IndexFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly requiresPython?: string;
  readonly yanked?: boolean;
  /** What the index says of it; default: the truth. */
  readonly sha256?: string;
}

/** What a wheel is made of. */
export interface WheelParts {
  readonly requires?: readonly string[];
  readonly extras?: readonly string[];
  readonly requiresPython?: string;
  /** Default `py3-none-any`. */
  readonly tag?: string;
  /** Path → text; default: a module of the project's name that holds its version. */
  readonly files?: Readonly<Record<string, string>>;
  /** `name = module:function` each. */
  readonly scripts?: readonly string[];
}

/** A wheel as pip would build it, without compression. */
export function wheel(project: string, version: string, parts: WheelParts = {}): IndexFile {
  const folder = `${project}-${version}.dist-info`;
  const tag = parts.tag ?? "py3-none-any";
  const metadata = [
    "Metadata-Version: 2.1",
    `Name: ${project}`,
    `Version: ${version}`,
    `Summary: ${project} for tests`,
    ...(parts.requiresPython ? [`Requires-Python: ${parts.requiresPython}`] : []),
    ...(parts.extras ?? []).map((extra) => `Provides-Extra: ${extra}`),
    ...(parts.requires ?? []).map((each) => `Requires-Dist: ${each}`),
  ];
  const files: Record<string, string> = {
    ...(parts.files ?? { [`${project}.py`]: `version = "${version}"\n` }),
    [`${folder}/METADATA`]: `${metadata.join("\n")}\n\n`,
    [`${folder}/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${tag}\n`,
    ...(parts.scripts && {
      [`${folder}/entry_points.txt`]: `[console_scripts]\n${parts.scripts.join("\n")}\n`,
    }),
    [`${folder}/RECORD`]: "",
  };
  return {
    name: `${project}-${version}-${tag}.whl`,
    bytes: zip(files),
    ...(parts.requiresPython && { requiresPython: parts.requiresPython }),
  };
}

/** A zip archive of stored files. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const name = Buffer.from(path);
    const data = Buffer.from(text);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(0x21, 8);
    facts.writeUInt32LE(crc32(data), 10);
    facts.writeUInt32LE(data.length, 14);
    facts.writeUInt32LE(data.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(at, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), facts, central, name);
    parts.push(Buffer.from("PK\x03\x04", "latin1"), facts, name, data);
    at += 30 + name.length + data.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** A simple index over HTTP at `/json/` (PEP 691, with metadata apart) and `/html/` (PEP 503). */
export class Index {
  readonly #server: Server;
  /** Paths that were asked for. */
  readonly asked: string[] = [];

  constructor(projects: Readonly<Record<string, readonly IndexFile[]>>) {
    const files = new Map(
      Object.values(projects)
        .flat()
        .map((file) => [file.name, file]),
    );
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? "");
      this.asked.push(path);
      const [, form, project = ""] = path.split("/");
      const held = projects[project];
      if (form === "files" && files.has(project)) response.end(files.get(project)?.bytes);
      else if (form === "json" && held)
        response
          .writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" })
          .end(JSON.stringify({ files: held.map(jsonLink) }));
      else if (form === "html" && held)
        response.writeHead(200, { "content-type": "text/html" }).end(held.map(htmlLink).join("\n"));
      else response.writeHead(404).end();
    });
  }

  /** Starts to listen; the address, without a slash at its end. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

function digest(file: IndexFile): string {
  return file.sha256 ?? createHash("sha256").update(file.bytes).digest("hex");
}

function jsonLink(file: IndexFile): object {
  return {
    filename: file.name,
    url: `/files/${file.name}`,
    hashes: { sha256: digest(file) },
    "requires-python": file.requiresPython,
    yanked: file.yanked ?? false,
  };
}

function htmlLink(file: IndexFile): string {
  const python = file.requiresPython?.replace("<", "&lt;").replace(">", "&gt;");
  const facts = `${python ? ` data-requires-python="${python}"` : ""}${file.yanked ? " data-yanked" : ""}`;
  return `<a href="../../files/${file.name}#sha256=${digest(file)}"${facts}>${file.name}</a>`;
}
